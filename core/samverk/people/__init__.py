"""People of the installation: sign-in, sessions, tokens, and the roles they hold in a tenant.

What a role may do stands in `permissions`.
"""

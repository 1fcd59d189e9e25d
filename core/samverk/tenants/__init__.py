"""The tenants of the installation, with their parties (municipalities and others) and named sets of members.

What a tenant configures is not here; its arrangements are in `arrangements`.
"""

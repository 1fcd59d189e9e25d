"""One's own account: profile, password, sessions, tokens, second factor, sign-in through a region's provider.

Sign-in with a password is `people`'s; which roles a person holds is `membership`'s.
"""

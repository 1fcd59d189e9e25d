"""Follow-up points: numbered, owned, with a deadline, until answered and accepted.

They are raised in `meetings` and asked for in `rounds`.
"""

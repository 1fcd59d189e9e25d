"""Whether a tenant's plugin is called: faults are counted, after three it is off, and people switch it (rule 26).

How one call is made safely is `hooks`'s.
"""

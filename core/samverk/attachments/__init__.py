"""Files that belong to forms, meetings and points: what kinds are taken, where they are kept, who added them.

Who may see and add them is decided by the slice they belong to.
"""

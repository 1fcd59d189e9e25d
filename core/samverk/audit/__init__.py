"""Who did what when: one entry for each request that changed something, chained by hash, with its head kept outside.

What a unit of work changed is noted in `changes.py`; the words of the page are here.
"""

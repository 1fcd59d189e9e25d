"""The registers that every tenant shares: places through time, legal forms, days when nobody meets.

Nothing here belongs to a tenant, and nothing here knows of a region's model.
"""

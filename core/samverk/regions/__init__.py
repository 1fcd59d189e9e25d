"""Cooperation models as data: the schema, the loader, the frozen values, the overlay of a tenant's changes.

Pure: nothing here knows a database, a request or a tenant.
"""

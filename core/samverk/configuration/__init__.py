"""What a region's administrators change of their plugin's model: draft, versions, and the forms made from the schema.

What a model is and how a change is laid on it is `regions`'; which model a region works by is `tenants.effective`'s.
"""

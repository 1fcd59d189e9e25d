"""How a tenant comes to be: created from its plugin, filled from the starter through each slice's own service.

Invented life for the demonstration is in `demonstration`.
"""

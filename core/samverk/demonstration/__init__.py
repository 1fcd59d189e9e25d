"""The demonstration: regions with their facts, people by role, and an invented life played through the services.

What is invented stands in each plugin's `demonstration.toml` and is marked wherever it is shown.
"""

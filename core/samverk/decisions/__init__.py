"""Proposals of principle that wait for the councils, and what the councils said.

Points that are not of principle are in `points`.
"""

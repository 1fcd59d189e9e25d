"""Reminders to those who have not submitted, decided once a day.

How a message travels is in `outbox`.
"""

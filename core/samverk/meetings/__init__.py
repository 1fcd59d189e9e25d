"""Meetings of bodies: series, agenda, attendance, summaries with points, approval, calendar file.

The papers made for a meeting are in `papers`.
"""

"""Safekeeping: backups, one region as a file, how long what is kept, and what becomes of a person's own data.

Rows are written by the slices that own them; this room reads and moves whole tables by what the metadata says of them.
"""

"""What a person has to do: forms and points by deadline, with the next one to open.

The forms themselves are in `rounds`, the points in `points`.
"""

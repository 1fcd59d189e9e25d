"""When things happen: rules become dates.

The picture of the year is in `wheel`.
"""

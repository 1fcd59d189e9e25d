"""The front pages: the installation, the region, what a person has to do.

They read the other slices through their services.
"""

"""The bodies of a region: composition rules from the model, and who holds the seats, by office.

Their meetings are in `meetings`.
"""

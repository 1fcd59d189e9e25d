"""Who belongs to a region: invitations, roles with their dates, standing in for a contact.

What a role may do stands in `permissions`, who somebody is in `people`, one's own account in `accounts`.
"""

"""Rounds of questionnaires: opening, forms, drafts, submission, reactions, changes to an open round.

What the answers become is in `papers` and `meetings`.
"""

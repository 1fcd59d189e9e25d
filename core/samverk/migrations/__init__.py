"""The one chain of revisions, for both engines; a revision imports no model.

`runner` applies it.
"""

"""The annual wheel: the entries of the model over one year, as a table and as the drawing made from it.

The rules that give the dates are in `calendar`.
"""

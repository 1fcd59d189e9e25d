"""Documents as values: a tree that knows what it says, and three printers that know how it looks.

Compiles nothing: which answers stand in a paper is decided in `papers` and `reports`.
"""

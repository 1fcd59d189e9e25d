"""Compiled meeting papers: a round becomes a document tree, printed and issued.

The printers are in `documents`.
"""

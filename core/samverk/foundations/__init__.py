"""What the cooperation stands on: its time line, governing documents with adoptions, and registers.

Papers and reports that Samverk itself issues are in `documents`.
"""

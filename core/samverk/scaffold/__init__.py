"""A new region plugin as files: a small distribution that passes its own tests before anything is written in it.

What stands in the files is under `templates/`, their words in `words.toml`; the checks they pass are `testing`'s.
"""

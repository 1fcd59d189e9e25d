"""Hooks as they are called safely: in a process of the plugin's own, on time, with values of the right type (rule 26).

Which hooks there are is `hookspecs`'s; which plugins there are `registry`'s; when a plugin is off `breaker`'s.
"""

"""Everything about a request: the wrapper, cookies, CSRF, CSP, the body gate, errors, the layout.

Routes themselves are in the slices.
"""

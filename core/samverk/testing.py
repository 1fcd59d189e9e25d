"""The conformance kit for region plugins, as a pytest plugin: fixtures and checks that any region must pass.

It grows with the command `samverk plugin check`.
"""

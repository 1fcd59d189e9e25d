"""The benchmark that is shipped: Samverk beside a bare application on the same server, in one run, on this machine.

`make bench` runs it; what it found last stands in `docs/performance.md`. Nothing of the product imports it.
"""

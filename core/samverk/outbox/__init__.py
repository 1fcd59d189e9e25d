"""Mail on its way: queued in the caller's transaction, delivered by the worker.

What a message says is composed by the slice that sends it.
"""

"""Which key may go to which host, for evaluation and router alike; the standard library alone.

In order: host, sources, value.
"""

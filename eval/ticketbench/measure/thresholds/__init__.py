"""Which threshold to set: by cost, by a promise, by the people there are.

In order: capacity, certified, choose.
"""

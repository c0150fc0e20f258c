"""What can be told of scores without labels.

In order: reference cutoff.
"""

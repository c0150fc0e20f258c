"""Ground of every number: arrays in; intervals, p-values and draws out.

In order: distinct, groups, holm, compiled, special, intervals, sign_flip, tango, added_counts,
resampling.
"""

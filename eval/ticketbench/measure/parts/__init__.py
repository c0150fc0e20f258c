"""A dataset in parts: whole numbers that add up to the same in any order, and what they tell.

In order: keys, tally, fixed_point, codes, metric_sums, one_of_group, statistics, rows,
metrics, routing, thresholds, evaluation, pairs.
"""

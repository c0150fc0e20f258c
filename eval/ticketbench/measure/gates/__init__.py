"""What CI demands: which metrics a gate may name, and how each gate comes out.

In order: metrics, rule, results, power, judge.
"""

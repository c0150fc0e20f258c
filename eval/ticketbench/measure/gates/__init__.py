"""What CI demands: which metrics a gate may name, and how each gate comes out.

In order: metrics, rule, completeness, results, power, judge.
"""

"""What to set for one rubric set, and what that is weighed against.

In order: rows, threshold.
"""

"""Two rubric sets on the same tickets in parts: joint counts that merge, and their comparison.

In order: moves, joint, comparison.
"""

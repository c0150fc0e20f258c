"""Two rubric sets on the same tickets in parts: joint counts that merge, their comparison,
and what a run over all sets says.

In order: moves, joint, comparison, contradictions, left_out, results.
"""

"""How often people who labelled the same tickets, or repeats of one answer, say the same.

In order: said, majority, kappa, alpha, summary, repeats.
"""

"""How often people who labelled the same tickets say the same.

In order: said, majority, kappa, alpha, summary.
"""

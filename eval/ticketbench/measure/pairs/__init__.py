"""How a number changed on the same tickets: pairing, one rule for a change, what it allows to say.

In order: common_tickets, pairing, marginal_shift, change, verdict, of_means, of_counts, of_scores,
changes, coverage_at_target, fragility, label_outcomes.
"""

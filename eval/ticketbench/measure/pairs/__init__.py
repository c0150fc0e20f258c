"""How a number changed on the same tickets: pairing, interval, verdict.

In order: pairing, marginal_shift, bootstrap, verdict, of_shares, differences, by_label,
by_policy, of_metrics, changes.
"""

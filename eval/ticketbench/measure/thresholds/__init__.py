"""Which threshold to set: by a promise, by cost, by the people there are.

In order: levels, error_shares, tickets, certificate, rules, promise, promise_by_label,
cost_optimal, capacity, descriptive, saving, choose.
"""

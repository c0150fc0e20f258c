"""Where the answers of a config come from: whose key goes where, what may be spent, and all as one.

In order: keys, budget, answers.
"""

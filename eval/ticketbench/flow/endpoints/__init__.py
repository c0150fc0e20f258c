"""The endpoints of a run: every set answered at its own, and what each is like beside others.

In order: answers, leaderboard, every_set.
"""

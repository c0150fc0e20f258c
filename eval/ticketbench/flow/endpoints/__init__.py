"""What a run over several endpoints does besides: which took how long, cost what, and stands where.

In order: leaderboard.
"""

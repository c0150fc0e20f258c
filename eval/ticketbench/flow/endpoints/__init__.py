"""What a run over several endpoints does besides: which took how long, cost what, and stands where;
and every set of a run asked at its own.

In order: leaderboard, every_set.
"""

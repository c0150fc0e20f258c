"""What a log of decisions tells: read, cut into periods, held against a policy or a run.

In order: entries, columns, decisions, periods, standard, tell.
"""

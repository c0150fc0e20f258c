"""Predictions in parts: each counted by itself, wherever that is done, and told together.

In order: engine, engines, which_engine, ids, task, whole, score, pairs, tickets. engine says what
counts all parts (each a file of engines), ids finds tickets that stand twice, task counts one part
of predictions, whole is what they say together, score the verb. pairs does it for two tables of the
same tickets. tickets does the same for tickets whose answers are stored.
"""

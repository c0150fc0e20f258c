"""Predictions in parts: each counted by itself, wherever that is done, and told together.

In order: ids, task, engine, engines, whole, score. ids finds tickets that stand twice, task counts
one part, engine says what counts all of them (each a file of engines), whole is what they say
together, score the verb.
"""

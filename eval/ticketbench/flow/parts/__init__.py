"""Predictions in parts: each counted by itself, wherever that is done, and told together.

In order: part, ids, engine, engines, whole, score. part counts one part, ids finds tickets that
stand twice, engine says how all parts are counted (each way a file of engines), whole is what they
say together, score the verb.
"""

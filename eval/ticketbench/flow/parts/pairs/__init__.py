"""Two tables of predictions in parts, on the same tickets: counted together wherever that is done.

In order: word, side, spread, alike, join, whole. word says whether a side is in parts, side is one
of the two tables; spread has one part of it lie by the hashes of its tickets, alike says how far
tickets of both sides are the same, join counts those whose hashes lie in one range, whole is what
all of them say together.
"""

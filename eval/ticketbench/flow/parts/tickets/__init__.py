"""Tickets in parts: read, answered and counted part by part, under every rubric set of a config.

In order: part, together, check, asker, whole, results. part counts one part from stored answers,
together what all of them say, check only reads them; asker asks for what is missing in this
process, whole is a whole run, results what it says.
"""

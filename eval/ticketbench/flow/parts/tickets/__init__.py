"""Tickets in parts: read, answered and counted part by part, under every rubric set of a config.

In order: task, together, check, asker, whole, results. task counts one part from stored answers,
together what all of them say, check only reads them; asker asks in this process for what is
missing, or says why it is; whole is a whole run, results what it says.
"""

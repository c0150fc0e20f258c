"""Tickets in parts: read, answered and counted part by part, under every rubric set of a config.

In order: answers, part, asker, whole, results. answers are the counts of what has an answer, part
counts one part from stored answers, asker asks for what is missing in this process, whole is all of
them, results what these say.
"""

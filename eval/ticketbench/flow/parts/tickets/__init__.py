"""Tickets in parts: read, answered and counted part by part, under every rubric set of a config.

In order: task, asker, together, whole, results. task counts one part from stored answers, asker
asks in this process for what is missing, or says why it is; together is what the parts said so far,
whole a run, results what that says.
"""

"""From a dataset and a rubric set to scores: what is stored first, then what is asked.

In order: questions, source, why_missing, drift, many_questions, every_ticket.
"""

"""From a dataset and a rubric set to scores: what is stored first, then what is asked.

In order: questions, source, known_answers, why_missing, drift, new_answers, many_questions,
every_ticket, together, models, effort, longest.
"""

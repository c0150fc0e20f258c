"""Numbers and verdicts in words, for every page and terminal.

In order: commands, numbers, masks, losses, missing, rubrics, verdict,
recommendation, thresholds, setting, answers, production.
"""

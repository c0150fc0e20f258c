"""Numbers and verdicts in words, for every page and terminal.

In order: commands, numbers, masks, losses, missing, rubrics, mix, verdict,
recommendation, thresholds, setting, answers, logs.
"""

"""Numbers and verdicts in words, for every page and terminal.

In order: commands, numbers, missing, rubrics, mix, verdict.
"""

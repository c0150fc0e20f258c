"""Numbers and verdicts in words, for every page and terminal.

In order: numbers, missing, rubrics, verdict.
"""

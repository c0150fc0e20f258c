"""The outcome of gates in every form CI reads.

In order: release, verdict, places, rows, rules, text, markdown, junit, github.
"""

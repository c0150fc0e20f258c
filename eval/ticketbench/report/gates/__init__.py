"""The outcome of gates in every form CI reads.

In order: verdict, places, rows, rules, text, markdown, junit, github.
"""

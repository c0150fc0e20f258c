"""The outcome of gates in every form CI reads.

In order: verdict, text, markdown, junit, github.
"""

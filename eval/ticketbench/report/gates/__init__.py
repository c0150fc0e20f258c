"""The outcome of gates in every form CI reads.

In order: verdict, places, text, markdown, junit, github.
"""

"""What can be done to rubrics, from their words and the answers there are.

In order: lint, join, ablate.
"""

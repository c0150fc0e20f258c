"""What can be done to rubrics, from the answers there are.

In order: join, ablate.
"""

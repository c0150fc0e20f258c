"""Files of tickets in a notebook, before anything is measured on them.

In order: inspection.
"""

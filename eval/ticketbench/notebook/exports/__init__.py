"""What other tools export, as tickets in a notebook.

In order: dataset.
"""

"""What other tools export, looked into and as tickets in a notebook.

In order: roles, dataset, inspection.
"""

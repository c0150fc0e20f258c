"""What is counted before it is judged, and adds up over parts of a dataset.

In order: confusion, mixed_pairs.
"""

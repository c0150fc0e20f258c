"""What the labelled tickets are: duplicates, doubtful labels, slices, the mix in production.

In order: alike, near_duplicates, equal_texts, inventory, label_errors, slices, prior_shift,
answer_cells, log_mixture, log_fit, production_mix, workload, recheck.
"""

"""What rubrics do to tickets: labels in each other's way, words that changed, label maps.

In order: diagnosis, label_map, changes, joined, ablation, fewer_labels.
"""

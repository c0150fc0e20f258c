"""From rows of a table to tickets: what a config says of the table, a question a file.

In order: causes, keys, cells, columns, joined_text, conditions, label_map, several, identity,
one_row, unknown_labels.
"""

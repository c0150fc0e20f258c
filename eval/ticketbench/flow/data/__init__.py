"""What `data` does with files of tickets: look into one, make a dataset of one.

In order: asked, prefix, people, made, table, records, dataset, words, inspection. An export is
asked for, its records become tickets with a label taken of what people said, these rows of a
dataset.
"""

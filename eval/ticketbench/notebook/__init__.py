"""Floor 4: the notebook. Paths and DataFrames in, results out that a notebook shows.

In order: columns, frames, data, plots, cards, result, exports, evaluation, comparison, threshold,
logs, labels, rubrics, report, gates.
"""

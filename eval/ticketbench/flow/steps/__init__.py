"""What several verbs share: reading inputs, scores of a set, groups, slices, pages.

In order: completeness, gate_checks, grouping, slicing, production, pages, inputs, settings, tables,
trained_classifiers, sides.
"""

"""What several verbs share: reading inputs, scores of a set, groups, slices, pages.

In order: gate_checks, grouping, slicing, production, pages, inputs, completeness, settings, tables,
trained_classifiers, sides.
"""

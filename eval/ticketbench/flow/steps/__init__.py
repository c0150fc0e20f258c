"""What several verbs share: reading inputs, scores of a set, groups, slices, what changed, pages.

In order: gate_checks, grouping, slicing, changed_tickets, pages, inputs, production, completeness,
settings, tables, trained_classifiers, sides.
"""

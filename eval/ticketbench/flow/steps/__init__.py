"""What several verbs share: reading inputs, scores of a set, groups, slices, what changed, pages.

In order: gate_checks, grouping, slicing, production, changed_tickets, pages, inputs, completeness,
settings, tables, trained_classifiers, sides.
"""

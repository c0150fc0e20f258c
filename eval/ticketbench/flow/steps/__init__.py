"""What several verbs share: inputs, sources of answers, scores of a set, groups, slices, pages.

In order: gate_checks, grouping, slicing, changed_tickets, pages, inputs, sources, production,
completeness, settings, tables, trained_classifiers, sides.
"""

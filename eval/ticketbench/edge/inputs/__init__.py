"""The user's files, checked with file:line:column: config, rubrics, tickets.

In order: documents, validation, column_guess, tickets, dataset, python_literal, rubric_files,
dataset_findings, endpoint_config, gate_config, config_file, config, schema, lint.
"""

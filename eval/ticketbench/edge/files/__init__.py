"""Bytes of files: reading with clear errors, writing as a whole or not at all; names, cells.

In order: git_marks, links, reading, atomic, together, checkout, at_ref, cells, gitignore,
yaml_text.
"""

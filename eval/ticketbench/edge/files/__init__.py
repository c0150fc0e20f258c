"""Bytes of files: reading with clear errors, writing as a whole or not at all; names, cells.

In order: reading, atomic, checkout, cells.
"""

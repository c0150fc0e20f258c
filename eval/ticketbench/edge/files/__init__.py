"""Bytes of files: reading with clear errors, writing as a whole or not at all; their names.

In order: reading, atomic, checkout.
"""

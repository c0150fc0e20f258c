"""Bytes of files: reading with clear errors, writing as a whole or not at all.

In order: reading, atomic.
"""

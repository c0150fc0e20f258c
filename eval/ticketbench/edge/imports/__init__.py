"""Exports of other tools as plain tickets: what a help desk or an annotation tool writes.

presets/   a file each: how one tool's records are read, and how such a file is known
"""

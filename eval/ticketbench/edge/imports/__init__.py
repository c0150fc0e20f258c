"""Exports of other tools as plain tickets: what a help desk or an annotation tool writes.

In order: record, preset, values, document, desk, json_values, raw, presets, looks, advice. A
preset is how the records of one tool are read; presets/ has a file each.
"""

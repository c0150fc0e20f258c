"""A verdict with few labels.

In order: sheets, verdict.
"""

"""Inline SVG of the upper layer: readable where styles are dropped, without a script, and on paper.

In order: dots, curves, frame.
"""

"""Endpoints side by side, as the page, a terminal and Markdown tell of them.

In order: words.
"""

"""What the lowest scores hold, for the page and for a terminal.

In order: words.
"""

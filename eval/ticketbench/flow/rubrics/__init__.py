"""What is asked: rubric sets read, compared and changed.

In order: diff, lint.
"""

"""What is asked: rubric sets read, compared and changed.

In order: diff, lint, check, join, join_words, ablate, ablate_words.
"""

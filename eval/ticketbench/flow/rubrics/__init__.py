"""What is asked: rubric sets read, compared and changed.

In order: diff, join, join_words, ablate, ablate_words.
"""

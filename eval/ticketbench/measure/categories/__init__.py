"""Groups of tickets that no rubric may fit: the lowest scores, clustered, and what they say.

In order: first_words, clusters, found.
"""

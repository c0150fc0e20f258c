"""Which of many texts are alike: their shingles, which pairs to check, what is tied.

In order: shingles, candidates, crowds, components.
"""

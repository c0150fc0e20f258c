"""What can be read off the words of rubrics alone, before anything is asked.

In order: stem, words, mentions, rule, ignores, rules.
"""

"""A look into a file of tickets: what is in it, what to know first, what to type next.

In order: reservoir, tally, contents, roles, tickets, found, next_steps, words, inspect.
"""

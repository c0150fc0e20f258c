"""A verdict with fewer labels: which tickets to label, labels taken in, and what they settle.

In order: tickets, sets, used, begin, batch, take, people, judge, differences, next,
words, page.
"""

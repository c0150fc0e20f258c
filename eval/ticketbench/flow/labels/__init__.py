"""A verdict with fewer labels: which tickets to label, labels taken in, and what they settle.

In order: tickets, differ, batch, begin, take, people, judge, words.
"""

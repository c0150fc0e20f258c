"""A verdict on logged tickets of which only those are labelled that two rubric sets differ on.

In order: targets, order, log, about_log, about_tickets, bets, verdict, more, figures, release.
"""

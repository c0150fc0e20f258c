"""Endpoints side by side: what their answers took, and a line for each set.

In order: effort, leaderboard.
"""

"""Predictions in the forms that people have, as the one form of predictions.csv.

options  the names of columns, and what the user says of a table
origin   where a table comes from, in the words of a message
"""

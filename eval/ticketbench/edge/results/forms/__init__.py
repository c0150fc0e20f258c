"""Predictions in the forms that people have, as the one form of predictions.csv.

In order: options, words, origin, numbers, counted, guesses, long, columns, nested, labels, causes,
scores.

options  the names of columns, and what the user says of a table
words    what a user says, checked
origin   where a table comes from, in the words of a message
numbers  a cell as a number, and the numbers of a row as one distribution
counted  one problem for each cause, with how many rows have it
guesses  which columns and which prefix may be meant, for a message
long     one row a label in place of one a ticket: recognised and refused
columns  roles and scores under the names of predictions.csv
nested   scores of all labels in one cell
labels   other names for labels, and gold labels held against the columns
causes   why scores are no distribution
scores   the scores of rows, or the problems of all of them
"""

"""Predictions in the files that evaluation harnesses of others write, as a table of predictions.

In order: answer, records, tools, gold, table.

answer   one answer of a harness, and how a harness is registered
records  the records of a file, each with its line
tools    how the records of one harness are read, a file each
gold     gold labels that a harness keeps in another file
table    which harness wrote a file, and its answers as a table
"""

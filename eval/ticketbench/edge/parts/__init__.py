"""Tables in parts: a folder of files, or a pattern of them, read some rows at a time.

In order: pattern, files, rows, scores, buckets, tickets, ticket_counts. pattern says whether a path
names parts, files are these, rows what is held of one at a time, scores the predictions in these,
buckets where the tickets of two tables meet, tickets the labelled tickets, ticket_counts what is
odd about them.
"""

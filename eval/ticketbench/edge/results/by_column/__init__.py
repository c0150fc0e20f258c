"""Tables of predictions that nothing is unusual in, read by column; all others are read by row.

A row is a dictionary here, and a million of them are more than a gigabyte. What is read by column
is what is surely clean; the words for all that is not stand with the rows, and are said there.

In order: clean, sets. clean is a whole table by column, sets the predictions of one rubric set.
"""

"""What `data` does with files of tickets: look into one, make a dataset of one.

asked      what the user says about an export, and how it is to be imported
notes      what was done, step by step with counts, as it is kept beside the dataset
people     what several people said of a ticket, and the label that is taken
made       a ticket of an export as a row of a dataset
table      the rows on their way into a file: ids, columns, keys
records    the records of an export as tickets, those of one ticket together
dataset    an export as a dataset, notes and disagreements
words      what was imported, in sentences
inspection/  a look into a file
"""

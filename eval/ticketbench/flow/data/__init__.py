"""What `data` does with files of tickets: look into one, make a dataset of one.

inspection/  a look into one
"""

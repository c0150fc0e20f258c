"""Tables of any origin: a file as rows with line numbers, every value the text that stands there.

rows        a table and its rows, what a format reads, and what cannot be read
text_lines  the lines of a text file, and what is none
formats/    a file each: how bytes become rows
reading     a file by its suffix: row by row, or whole
"""

"""Tables of any origin: a file as rows with line numbers, every value the text that stands there.

rows        a table and its rows, what a format reads, and what cannot be read, by its cause
columns     the names in a header, what a mapped name leads to, and names with dots
dialect     delimiters and encodings by name, and how to say them
text_lines  the lines of a text file, and what is none
empty_rows  what is left out, since nothing stands there
room        how much a packed file may become
formats/    a file each: how bytes become rows
reading     a file by its suffix: row by row, or whole
"""

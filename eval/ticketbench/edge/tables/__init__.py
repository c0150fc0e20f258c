"""Tables of any origin: a file as rows with line numbers, every value the text that stands there.

In order: rows, columns, dialect, text_lines, empty_rows, room, formats, reading. Rows are what a
format makes of bytes, and what cannot be read, by its cause; columns is what a mapped name leads to
and dialect how a file is said to be written; formats/ has a file each, found by its decorator.
"""

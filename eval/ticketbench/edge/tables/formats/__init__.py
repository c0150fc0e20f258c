"""How bytes become rows, a file each, found by its decorator.

Add a format: a module here with one function that takes a `Source` and returns a `Stream`,
decorated `@file_format(".suffix")`.
"""

"""A recording in one file or in many: which files it consists of, what one of them says, all of
them written together.

In order: layout, one_file, folder.
"""

"""How the records of one tool are read, a file each, found by its decorator.

Add a preset: a module here with one function that takes a `Raw` record, what the user `Asked` and
what is `LeftOut`, and returns a `Record` or None, decorated `@preset("name", ...)`.
"""

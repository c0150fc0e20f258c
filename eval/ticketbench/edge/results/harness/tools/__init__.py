"""How the records of one harness are read, a file each, found by its decorator.

Add a harness: a module here with one function that takes a record and what stands beside all
records, and yields an `Answer`, or in words why there is none, decorated `@harness("name", ...)`.
"""

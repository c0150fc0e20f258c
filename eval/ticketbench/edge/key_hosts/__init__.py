"""Which key may go to which host: said by this machine, never by a project's files.

In order: host, bindings.
"""

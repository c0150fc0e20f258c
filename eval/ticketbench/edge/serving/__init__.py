"""POST /classify on this machine, for tests and tutorials.

In order: service, request, server.
"""

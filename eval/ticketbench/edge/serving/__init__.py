"""The embedded engines over HTTP on this machine, in every shape that is spoken to them.

In order: shapes, batches, service, request, server.
"""

"""POST /v1/batches: many questions in one upload, answered later, over the same engine.

In order: conduct, upload, memory, routes.
"""

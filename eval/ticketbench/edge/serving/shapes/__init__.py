"""The requests and answers that the server speaks, a module each, over the same engine.

Add a shape: a new module with a `ROUTE`, and its path in `service.py`.

In order: problem, body, model, questions, classify, systemone, scaledown, decisions, models.
"""

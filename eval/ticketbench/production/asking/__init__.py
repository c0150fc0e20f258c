"""One question about one ticket, within a budget of time, and never more than that.

In order: key, transport, circuit, question.
"""

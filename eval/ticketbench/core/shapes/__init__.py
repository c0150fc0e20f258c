"""Services that do /classify's job in another shape: their questions, and what their answers say.

The standard library alone: evaluation and router ask and read alike.

In order: contract, json_text, systemone, scaledown, decisions, chat, zeroshot, address, batch.
"""

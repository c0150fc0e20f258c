"""The same questions in a batch: uploaded together, waited for, read in any order.

In order: turn, uploads, server, output, every_batch, polls.
"""

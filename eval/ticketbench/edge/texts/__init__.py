"""What stands in a text beside what a customer wrote: markup, quoted replies, signatures.

In order: html, quotes, signatures, steps, copies. The steps take the first three one after the
other.
"""

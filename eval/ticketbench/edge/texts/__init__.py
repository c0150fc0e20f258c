"""What stands in a text beside what a customer wrote: markup, quoted replies, signatures.

In order: html, quotes, signatures, steps. The last takes the three one after the other.
"""

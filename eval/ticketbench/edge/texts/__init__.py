"""What stands in a text beside what a customer wrote: markup, quoted replies, signatures.

In order: html, quotes, signatures, steps (these three one after the other, and what each did).
"""

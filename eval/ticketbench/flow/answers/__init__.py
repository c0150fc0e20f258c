"""Stored answers as a user handles them: counted, moved, cleaned, asked again.

In order: origin, cache, recordings, recheck, recheck_new.
"""

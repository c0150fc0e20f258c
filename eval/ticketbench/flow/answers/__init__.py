"""Stored answers as a user handles them: counted, moved, cleaned, asked again.

In order: cache, recordings, recheck, recheck_new.
"""

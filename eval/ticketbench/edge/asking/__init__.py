"""One question sent with pauses, retries and limits.

In order: pacing, one_question.
"""

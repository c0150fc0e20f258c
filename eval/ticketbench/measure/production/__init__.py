"""What a policy takes along from its evaluation, and whether it still holds on new tickets.

In order: profile, promise_check.
"""

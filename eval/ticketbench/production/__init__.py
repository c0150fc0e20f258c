"""What runs in a service of others: it routes tickets by a policy that an evaluation has measured.

Standard library alone, and only `core` of this package.
"""

"""What a policy does with tickets: outcomes, selective risk, escalation, sweeps.

In order: outcomes, selective, escalation, escalation_sweep, equal_coverage.
"""

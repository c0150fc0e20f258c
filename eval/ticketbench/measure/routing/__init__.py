"""What a policy does with tickets: outcomes, selective risk, escalation, sweeps.

In order: reach, selective, outcomes, escalation, escalation_sweep, equal_coverage.
"""

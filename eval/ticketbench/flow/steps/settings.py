"""How a config wants its answers measured."""

from __future__ import annotations

from ticketbench.flow.steps.inputs import Inputs
from ticketbench.measure.evaluation import Settings

SEED = 0
"""Of every draw of a command, so that the same inputs give the same bytes."""


def settings_of(inputs: Inputs) -> Settings:
    """How the config wants its answers measured."""
    file = inputs.config.file
    return Settings(
        policy=inputs.config.policy,
        costs=inputs.config.costs,
        min_precision=file.choose.min_precision,
        confidence=file.choose.confidence,
        most_reviewed=file.choose.largest_review_share,
        near_tie=file.policy.near_tie,
        seed=SEED,
    )

"""How a config wants its answers measured, and what runs today."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ticketbench.core.errors import TicketbenchError
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Today

if TYPE_CHECKING:
    from ticketbench.flow.steps.inputs import Inputs

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
        target_stated="min_precision" in file.choose.model_fields_set,
        prices_stated=bool(file.choose.costs.model_fields_set),
        unit="customer" if file.dataset.columns.group is not None else "text",
        label_word=file.report.label_word,
        seed=SEED,
    )


def today_of(inputs: Inputs) -> Today:
    """The set and policy of the baseline, where there is one of a set of this config.

    Else the first set at the policy of the config. A damaged baseline is the gate's to report.
    """
    from ticketbench.edge.results.baseline_file import read_baseline

    names = [rubrics.name for rubrics in inputs.rubric_sets]
    path = inputs.config.baseline_path
    if path is not None and path.is_file():
        with suppress(TicketbenchError):
            kept = read_baseline(path)
            if kept.rubric_set in names:
                return Today(kept.rubric_set, kept.origin.policy)
    return Today(names[0], inputs.config.policy)

"""The mix of labels in production, estimated from tickets that nobody has labelled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.predictions import read_score_table
from ticketbench.measure.sample.production_mix import ProductionMix, estimated_mix


def estimated_production(
    tables: Sequence[ScoreTable], policy: Policy, log: Path
) -> tuple[ProductionMix, ...]:
    """Each rubric set at the mix that its own scores of the tickets in `log` suggest.

    `log` is a table of predictions with the same rubric sets, such as the predictions.csv of a run
    over production tickets whose label is written `__none__`.
    """
    return tuple(_estimated(table, policy, log) for table in tables)


def _estimated(table: ScoreTable, policy: Policy, log: Path) -> ProductionMix:
    name = table.provenance.rubric_set
    unlabelled = read_score_table(log, name)
    if set(unlabelled.labels) != set(table.labels):
        raise InputError(
            f"the labels of {name!r} differ from those of the rubric set",
            where=str(log),
            help="run the same rubric sets over the production tickets",
        )
    order = [unlabelled.labels.index(label) for label in table.labels]
    return estimated_mix(table, unlabelled.scores[:, order], unlabelled.groups, policy)

"""The mix of labels in production, estimated from tickets that nobody has labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy, at_temperature
from ticketbench.core.types import ScoreTable
from ticketbench.edge.score_tables import read_score_table
from ticketbench.measure.calibration import fit_temperature
from ticketbench.measure.prior_shift import em_prior
from ticketbench.measure.production_mix import ProductionMix, production_mix


def estimated_production(
    tables: Sequence[ScoreTable], policy: Policy, log: Path
) -> tuple[ProductionMix, ...]:
    """Each rubric set at the mix that its own scores of the tickets in `log` suggest.

    `log` is a table of predictions with the same rubric sets, such as the predictions.csv of a run
    over production tickets whose label is written `__none__`. The temperature that calibrates the
    labelled tickets is applied first: over-confident scores would pull the mix to theirs.
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
    temperature = fit_temperature(table.scores, table.truth)
    counts = np.bincount(table.truth[table.truth >= 0], minlength=len(table.labels))
    prior = counts[: len(table.labels)] / max(1, counts.sum())
    found = em_prior(at_temperature(unlabelled.scores[:, order], temperature), prior.tolist())
    mix = dict(zip(table.labels, found.prior, strict=True))
    return replace(production_mix(table, policy, mix), estimated_from=found.n, usable=found.usable)

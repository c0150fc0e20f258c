"""Each gold label on its own: every label metric, with the tickets it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ticketbench.core.policy import ROUTE
from ticketbench.core.types import NONE, Estimate, IntArray, ScoreTable
from ticketbench.measure.estimates import MetricResult, estimate_of, known_part_estimate
from ticketbench.measure.kinds import LabelMetric, LabelTickets, registered

_NEVER = -2
"""No ticket's label: one that a table does not know. -1 is gold `__none__`."""


@dataclass(frozen=True, slots=True)
class LabelResult:
    """One gold label.

    support    tickets whose gold is this label
    predicted  tickets whose top label it is (among tickets whose gold is a label)
    metrics    every label metric, in order of registration
    """

    label: str
    support: int
    predicted: int
    metrics: tuple[MetricResult, ...]

    def metric(self, name: str) -> Estimate:
        """The estimate of the label metric called `name`; InputError when there is none."""
        return estimate_of(self.metrics, name)

    @property
    def recall(self) -> Estimate:
        """Right / gold, by the top label."""
        return self.metric("recall")

    @property
    def precision(self) -> Estimate:
        """Right / predicted."""
        return self.metric("precision")

    @property
    def f1(self) -> Estimate:
        """2·right / (gold + predicted)."""
        return self.metric("f1")


def label_results(table: ScoreTable, outcome: IntArray) -> tuple[LabelResult, ...]:
    """Every gold label of the table, in its order; a label without tickets has NaN.

    `outcome` is ROUTE, REVIEW or ESCALATE for each of the scored tickets.
    """
    labelled = table.labelled()
    metrics = registered(LabelMetric)
    results = []
    for label in table.gold_labels:
        tickets = label_tickets(table, outcome, label)
        estimates = (known_part_estimate(m, partial(m.part, tickets), labelled) for m in metrics)
        results.append(
            LabelResult(
                label=label,
                support=int(tickets.gold.sum()),
                predicted=int(tickets.top.sum()),
                metrics=tuple(map(MetricResult.of, metrics, estimates)),
            )
        )
    return tuple(results)


def label_tickets(table: ScoreTable, outcome: IntArray, label: str) -> LabelTickets:
    """The tickets whose gold is a label, as `label` sees them, in the order of the table."""
    keep = table.truth != NONE
    labelled = slice(None) if keep.all() else np.flatnonzero(keep)
    gold, top = (
        names.index(label) if label in names else _NEVER
        for names in (table.gold_labels, table.labels)
    )
    return LabelTickets(
        gold=table.truth[labelled] == gold,
        top=table.top[labelled] == top,
        routed=outcome[labelled] == ROUTE,
    )

"""Each gold label on its own: recall, precision and F1 of the top label, recall under a policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import ROUTE, Decisions
from ticketbench.core.types import NONE, Estimate, ScoreTable
from ticketbench.measure.statistics import intervals


@dataclass(frozen=True, slots=True)
class LabelResult:
    """One gold label: recall, precision and F1 of the top label, and recall under the policy.

    support    tickets whose gold is this label
    predicted  tickets whose top label it is (among tickets whose gold is a label)
    """

    label: str
    support: int
    predicted: int
    recall: Estimate
    precision: Estimate
    f1: Estimate
    routed_recall: Estimate


def label_results(table: ScoreTable, decisions: Decisions) -> tuple[LabelResult, ...]:
    """Every gold label of the table, in its order; a label without tickets has NaN."""
    labelled = table.truth != NONE
    routed = decisions.outcome == ROUTE
    results = []
    for index, label in enumerate(table.gold_labels):
        gold = table.truth == index
        predicted = (table.top == index) & labelled
        right = gold & predicted
        results.append(
            LabelResult(
                label=label,
                support=int(gold.sum()),
                predicted=int(predicted.sum()),
                recall=intervals.share(right[gold], table.groups[gold]),
                precision=intervals.share(right[predicted], table.groups[predicted]),
                f1=_f1(right[gold | predicted], table.groups[gold | predicted]),
                routed_recall=intervals.share(
                    (routed & (decisions.top == index))[gold], table.groups[gold]
                ),
            )
        )
    return tuple(results)


def _f1(right: np.ndarray, groups: np.ndarray) -> Estimate:
    """F1 = 2J/(1+J) with J = right / (gold or predicted): the Wilson ends of J carry over."""
    jaccard = intervals.share(right, groups)

    def transformed(j: float) -> float:
        return 2 * j / (1 + j)

    return Estimate(
        transformed(jaccard.value),
        transformed(jaccard.low),
        transformed(jaccard.high),
        jaccard.n,
        f"{jaccard.method}, transformed" if jaccard.n else jaccard.method,
    )

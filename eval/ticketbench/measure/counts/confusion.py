"""Confusion counts: of the top label alone, and of what the routing policy does with a ticket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import ESCALATE, ROUTE, Decisions
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, IntArray, ScoreTable

REVIEW_COLUMN = "(review)"
ESCALATE_COLUMN = "(escalate)"
"""In brackets, so that a label called `review` keeps its own column."""


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """Counts with named rows (gold) and columns (what happened); all counts sum to n."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        """Number of tickets counted."""
        return sum(sum(row) for row in self.counts)


def cell_of_ticket(table: ScoreTable) -> IntArray:
    """The cell gold · R + top of each ticket, R = number of gold labels; gold must be a label."""
    return np.asarray(table.truth * len(table.gold_labels) + table.top)


def cells(table: ScoreTable) -> IntArray:
    """R x R counts of gold label (row) and top label (column) over tickets whose gold is a label.

    R counts the rubric set's labels and any further dataset labels, which are never predicted.
    """
    r = len(table.gold_labels)
    labelled = table.truth != NONE
    flat = table.truth[labelled] * r + table.top[labelled]
    return np.bincount(flat, minlength=r * r).reshape(r, r)


def top_label_confusion(table: ScoreTable) -> ConfusionMatrix:
    """Gold label by top label, with a row for gold `__none__` when there are such tickets."""
    k = len(table.labels)
    counts = cells(table)[:, :k]
    none = np.bincount(table.top[table.truth == NONE], minlength=k)
    return matrix(table.gold_labels, counts, none, table.labels)


def both_confusions(one: ConfusionMatrix, other: ConfusionMatrix) -> ConfusionMatrix:
    """The counts of the tickets of both, whose columns are the same labels.

    Rows are these labels, those that either has beside them, sorted, and gold `__none__` last.
    """
    counts: dict[str, IntArray] = {}
    for each in (one, other):
        for name, row in zip(each.rows, each.counts, strict=True):
            counts[name] = counts.get(name, 0) + np.array(row, dtype=np.int64)
    outside = sorted(counts.keys() - {*one.columns, NONE_LABEL})
    rows = (*one.columns, *outside)
    none = counts.get(NONE_LABEL, np.zeros(1, dtype=np.int64))
    return matrix(rows, np.array([counts[name] for name in rows]), none, one.columns)


def routed_confusion(table: ScoreTable, decisions: Decisions) -> ConfusionMatrix:
    """Gold label by outcome: the label routed to, review, or escalate. Sums to the scored n."""
    k = len(table.labels)
    column = np.where(decisions.outcome == ROUTE, decisions.top, k)
    column = np.where(decisions.outcome == ESCALATE, k + 1, column)
    row = np.where(table.truth == NONE, len(table.gold_labels), table.truth)
    height, width = len(table.gold_labels) + 1, k + 2
    flat = np.bincount(row * width + column, minlength=height * width).reshape(height, width)
    columns = (*table.labels, REVIEW_COLUMN, ESCALATE_COLUMN)
    return matrix(table.gold_labels, flat[:-1], flat[-1], columns)


def matrix(
    rows: tuple[str, ...], counts: IntArray, none: IntArray, columns: tuple[str, ...]
) -> ConfusionMatrix:
    """Counts of gold labels, and those of gold `__none__` as the last row where there are any."""
    listed = counts.tolist()
    if none.sum():
        rows, listed = (*rows, NONE_LABEL), [*listed, none.tolist()]
    return ConfusionMatrix(rows, columns, tuple(tuple(row) for row in listed))

"""A rubric set without one of its labels: what the others get right, and where its tickets go.

The scores that are left are divided by their sum. That is what a service answers which scores each
label by itself; of any other it is an assumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import NONE, Estimate, IntArray, ScoreTable
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.pairing import judged
from ticketbench.measure.pairs.verdict import difference_of
from ticketbench.measure.statistics.intervals import share

FEWEST_LABELS = 3
MOST_DESTINATIONS = 3


@dataclass(frozen=True, slots=True)
class Destination:
    """A label that `n` tickets have on top."""

    label: str
    n: int


@dataclass(frozen=True, slots=True)
class Before:
    """A share of the same tickets with all labels, without the one, and what that changes."""

    now: Estimate
    without: Estimate
    change: Estimate


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What leaving out `label` does.

    n_own     tickets with this gold label, `n_right` of which have it on top now
    goes_to   the labels that most of its own tickets have on top without it, three at most
    accuracy  share right of the tickets of the other labels
    routed    share of all tickets that the policy routes
    n_nothing tickets whose other scores are all zero, which say nothing without the label: they are
              in none of these numbers, but for n_own and n_right
    """

    label: str
    n_own: int
    n_right: int
    goes_to: tuple[Destination, ...]
    accuracy: Before
    routed: Before
    n_nothing: int


def left_out(table: ScoreTable, policy: Policy, labels: Sequence[str]) -> tuple[LeftOut, ...]:
    """What leaving out each of `labels` alone does, in this order.

    Shares have their interval, changes that of paired tickets, by group. Ties of `goes_to` stand in
    the order of the labels. No tickets: NaN. Raises InputError with fewer than three labels.
    """
    return tuple(_left_out(table, policy, label) for label in labels)


def without_label(table: ScoreTable, label: str) -> tuple[ScoreTable, IntArray]:
    """`table` as if `label` had not been asked, and the rows of `table` that are in it.

    score_k / (1 - score_label) with the sum that is there in place of 1. Rows whose other scores
    are all zero are left out. Tickets of the label keep it as a gold label that the set lacks.
    Raises InputError with fewer than three labels.
    """
    if len(table.labels) < FEWEST_LABELS:
        what = f"of {len(table.labels)} labels none can be left out: one tells no tickets apart"
        raise InputError(what, help="a rubric set needs two labels or more")
    at = table.labels.index(label)
    rest = np.delete(table.scores, at, axis=1)
    total = rest.sum(axis=1, keepdims=True)
    rows = np.flatnonzero(total[:, 0] > 0)
    kept = table.rows(rows)
    order = [i for i in range(len(table.gold_labels)) if i != at]
    order.insert(len(table.labels) - 1, at)
    to = np.array([*np.argsort(order), NONE], dtype=np.int64)
    found = replace(
        kept,
        labels=tuple(one for one in table.labels if one != label),
        gold_labels=tuple(table.gold_labels[i] for i in order),
        truth=to[kept.truth],
        scores=rest[rows] / total[rows],
        wanted=None if kept.wanted is None else kept.wanted[:, order],
    )
    return found, rows


def _left_out(table: ScoreTable, policy: Policy, label: str) -> LeftOut:
    after, rows = without_label(table, label)
    now = table.rows(rows)
    at = table.labels.index(label)
    own, labelled = now.truth == at, now.truth != NONE
    others = np.flatnonzero(~own & labelled)
    return LeftOut(
        label=label,
        n_own=int((table.truth == at).sum()),
        n_right=int(((table.truth == at) & table.right).sum()),
        goes_to=_destinations(after.rows(np.flatnonzero(own))),
        accuracy=_accuracy(now.rows(others), after.rows(others)),
        routed=_routed(now, after, policy),
        n_nothing=table.n_scored - len(rows),
    )


def _destinations(own: ScoreTable) -> tuple[Destination, ...]:
    counts = np.bincount(own.top, minlength=len(own.labels))
    order = np.argsort(-counts, kind="stable")[:MOST_DESTINATIONS].tolist()
    return tuple(Destination(own.labels[i], int(counts[i])) for i in order if counts[i])


def _accuracy(now: ScoreTable, after: ScoreTable) -> Before:
    before, without = (share(one.right, one.groups) for one in (now, after))
    sides = judged(now, Policy()), judged(after, Policy())
    change = metric_change(METRICS.get("accuracy"), sides)
    return Before(before, without, difference_of(change.change))


def _routed(now: ScoreTable, after: ScoreTable, policy: Policy) -> Before:
    sides = judged(now, policy), judged(after, policy)
    before, without = (share(one.outcome == ROUTE, one.table.groups) for one in sides)
    change = metric_change(METRICS.get("coverage"), sides)
    return Before(before, without, difference_of(change.change))

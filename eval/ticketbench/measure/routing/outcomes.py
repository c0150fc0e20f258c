"""What a policy does to the tickets: coverage, right and wrong routes, review load, cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ticketbench.core.policy import (
    ESCALATE,
    REVIEW,
    ROUTE,
    Costs,
    Decisions,
    Policy,
    at_temperature,
    exceeds,
    reaches,
)
from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.estimates import MetricResult, estimate_of, known_part_estimate
from ticketbench.measure.kinds import RoutedTickets, routing_metrics
from ticketbench.measure.routing.reach import at_least
from ticketbench.measure.statistics import intervals
from ticketbench.measure.statistics.groups import (
    Counted,
    Groups,
    effective_groups,
    n_tickets,
)
from ticketbench.measure.statistics.intervals import Interval

GRID: tuple[float, ...] = tuple(round(i / 100, 2) for i in range(101))
"""Thresholds live on the grid that is shown, so text, table and slider cannot disagree."""

NO_ALL_LABELS = "the dataset has no all_labels"
"""Why nobody can say whether a ticket needs two labels."""


@dataclass(frozen=True, slots=True)
class RoutingSummary:
    """Outcomes of n tickets; routed + reviewed + escalated = n and right + wrong = routed.

    metrics              every routing metric, in order of registration
    any_label_precision  routed to any label that fits / routed; undefined without all_labels
    collisions           escalated although the top score passed the threshold
    """

    n: int
    routed: int
    right: int
    wrong: int
    reviewed: int
    escalated: int
    collisions: int
    metrics: tuple[MetricResult, ...]
    any_label_precision: Estimate

    def metric(self, name: str) -> Estimate:
        """The estimate of the routing metric called `name`; InputError when there is none."""
        return estimate_of(self.metrics, name)

    @property
    def coverage(self) -> Estimate:
        """Routed / n."""
        return self.metric("coverage")

    @property
    def selective_precision(self) -> Estimate:
        """Right / routed; a routed ticket with gold `__none__` is wrong."""
        return self.metric("selective_precision")

    @property
    def cost(self) -> Estimate:
        """Mean cost per ticket."""
        return self.metric("cost")


@dataclass(frozen=True, slots=True, eq=False)
class SweepPoint(Value):
    """The outcomes at one threshold, everything else of the policy unchanged."""

    threshold: float
    routed: int
    right: int
    wrong: int
    reviewed: int
    escalated: int
    coverage: float
    precision: float
    precision_low: float
    precision_high: float
    cost: float


def missed_by(table: ScoreTable, policy: Policy) -> BoolArray:
    """Which tickets an escalation would not ask the gold label of: it is not above the limit.

    Also those with gold `__none__` or a label that the rubric set lacks.
    """
    scores = at_temperature(table.scores, policy.temperature)
    return np.asarray(~exceeds(gold_score(scores, table.truth), policy.escalate_above))


def gold_score(scores: FloatArray, truth: IntArray) -> FloatArray:
    """The score of the gold label of each ticket; 0 for `__none__` and labels that have no column.

    An escalation asks the gold label where this is above the limit.
    """
    known = np.flatnonzero((truth >= 0) & (truth < scores.shape[1]))
    gold = np.zeros(len(truth))
    gold[known] = scores[known, truth[known]]
    return gold


def summarise(
    table: ScoreTable, decisions: Decisions, costs: Costs, *, missed: BoolArray | None = None
) -> RoutingSummary:
    """Counts and every routing metric of `decisions`. No tickets: NaN estimates.

    `missed` as in `missed_by`, where a missed escalation has a price; None: none is missed.
    """
    routed = decisions.outcome == ROUTE
    right_top = decisions.top == table.truth
    tickets = RoutedTickets(decisions.outcome, right_top, costs, needs_two(table), missed)
    right = routed & tickets.right
    metrics = routing_metrics(priced=True, all_labels=table.wanted is not None)
    estimates = (known_part_estimate(m, partial(m.part, tickets), table) for m in metrics)
    return RoutingSummary(
        n=table.n_scored,
        routed=int(routed.sum()),
        right=int(right.sum()),
        wrong=int((routed & ~right).sum()),
        reviewed=int((decisions.outcome == REVIEW).sum()),
        escalated=int((decisions.outcome == ESCALATE).sum()),
        collisions=int(decisions.collision.sum()),
        metrics=tuple(map(MetricResult.of, metrics, estimates)),
        any_label_precision=_any_label_precision(table, decisions, routed),
    )


def needs_two(table: ScoreTable) -> BoolArray | None:
    """Which tickets two or more labels fit; None where the dataset does not say."""
    return None if table.wanted is None else np.asarray(table.wanted.sum(axis=1) >= 2)


def _any_label_precision(table: ScoreTable, decisions: Decisions, routed: BoolArray) -> Estimate:
    if table.wanted is None:
        return Estimate.undefined(0, NO_ALL_LABELS)
    fits = table.wanted[np.arange(table.n_scored), decisions.top]
    return intervals.share(fits, table.groups, among=routed)


def sweep(
    table: ScoreTable, policy: Policy, costs: Costs, *, grid: tuple[float, ...] = GRID
) -> tuple[SweepPoint, ...]:
    """The outcomes at every threshold of `grid`; descriptive, on the tickets of the table.

    Escalation does not depend on the threshold, so sorting the other tickets once is enough.
    """
    open_tickets = replace(policy, threshold=0.0, label_thresholds=()).decide(
        table.scores, table.labels
    )
    routable = open_tickets.outcome == ROUTE
    return sweep_points(
        _swept_score(table, policy, open_tickets)[routable],
        table.right[routable],
        table.groups[routable],
        escalated=int((~routable).sum()),
        missed=int((missed_by(table, policy) & ~routable).sum()),
        costs=costs,
        grid=grid,
    )


def sweep_points(
    score: FloatArray,
    right: BoolArray,
    groups: Groups,
    *,
    escalated: int,
    missed: int,
    costs: Costs,
    grid: tuple[float, ...] = GRID,
) -> tuple[SweepPoint, ...]:
    """The same from the tickets that a threshold can route, or rows of counted ones: ±infinity is
    the score of those that none does.

    Beside them are those `escalated`, of whom an escalation does not find the gold label of
    `missed`.
    """
    handed = costs.escalate * escalated + (costs.missed or 0.0) * missed
    times = groups.times if isinstance(groups, Counted) else None
    routed = at_least(score, grid, times=times)
    hits = at_least(score[right], grid, times=None if times is None else times[right])
    ends = _intervals(groups, score, right, (routed, hits), grid)
    n = n_tickets(groups) + escalated
    return tuple(
        _sweep_point(t, int(m), int(k), e, n, escalated, handed, costs)
        for t, m, k, e in zip(grid, routed, hits, ends, strict=True)
    )


def _swept_score(table: ScoreTable, policy: Policy, decisions: Decisions) -> FloatArray:
    """Top score at the policy's temperature; ±infinity where a label has its own threshold."""
    score = at_temperature(table.scores, policy.temperature).max(axis=1, initial=0.0)
    for label, threshold in policy.label_thresholds:
        if label not in table.labels:
            continue
        own = decisions.top == table.labels.index(label)
        score = np.where(own, np.where(reaches(score, threshold), np.inf, -np.inf), score)
    return np.asarray(score)


def _intervals(
    groups: Groups,
    score: FloatArray,
    right: BoolArray,
    counts: tuple[IntArray, IntArray],
    grid: tuple[float, ...],
) -> list[Interval]:
    """The interval of the share right among the routed, as `intervals.share` has it."""
    if effective_groups(groups) == n_tickets(groups):
        return [intervals.wilson(int(k), int(m)) for m, k in zip(*counts, strict=True)]
    chosen = (reaches(score, threshold) for threshold in grid)
    shares = [intervals.share(right, groups, among=keep) for keep in chosen]
    return [Interval(found.low, found.high) for found in shares]


def _sweep_point(
    threshold: float,
    routed: int,
    right: int,
    ends: Interval,
    n: int,
    escalated: int,
    handed: float,
    costs: Costs,
) -> SweepPoint:
    """`handed` is what the escalated ones cost together."""
    share = right / routed if routed else math.nan
    reviewed = n - escalated - routed
    spent = costs.misroute * (routed - right) + costs.review * reviewed + handed
    return SweepPoint(
        threshold=threshold,
        routed=routed,
        right=right,
        wrong=routed - right,
        reviewed=reviewed,
        escalated=escalated,
        coverage=routed / n if n else math.nan,
        precision=share,
        precision_low=ends.low,
        precision_high=ends.high,
        cost=spent / n if n else math.nan,
    )

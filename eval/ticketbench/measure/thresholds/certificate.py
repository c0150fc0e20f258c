"""A threshold with a promise: open where it is safe to, then walk down while the tests pass."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from typing import Literal

import numpy as np

from ticketbench.core.policy import exceeds, reaches
from ticketbench.core.types import BoolArray, FloatArray, Value
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.distinct import distinct
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.thresholds.error_shares import correlation_of_errors, exact_p, grouped_p
from ticketbench.measure.thresholds.levels import (
    SMALLEST_SHARE,
    Levels,
    fewest_tickets,
    levels,
    most_wrong,
    reach,
)
from ticketbench.measure.thresholds.tickets import Tickets

VERSION = 2
"""Of the rule, so that a threshold in an old report is not taken for one of this rule."""

_FIRM = 0.2
_ROUNDING = 1e-9
_NO_USE_STEP, _NO_USE_LEVEL = 1.15, 0.05
_NO_USE_STEPS = 18
"""They lead from a tenth to everything: 1.15^17 is more than 10."""
_FEWEST_DECIMALS, _MOST_DECIMALS = 2, 17

Outlook = Literal["certified", "not yet", "no use", "too few", "no tickets"]


@dataclass(frozen=True, slots=True, eq=False)
class Tested(Value):
    """The test at one threshold, on one ticket a group: `errors` of `selected` are wrong.

    most  errors that would still have passed; -1 where none would
    p     chance of so few errors if the true share were the risk, by customer and by ticket the
          larger one; by customer alone where that is above delta already
    """

    threshold: float
    selected: int
    errors: int
    most: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Certificate(Value):
    """The promise: with confidence 1 - delta at most `risk` of what is routed is wrong.

    It holds for fresh tickets like these, counted by ticket and by customer (group).

    threshold  the lowest that is certified, with as many decimals as select the same tickets;
               NaN where there is none
    delta      chance that this way of choosing breaks its promise: this one's part of it
    escalate_above  the escalation limit that it holds at; 1 is off
    n          groups with a ticket that a threshold can route, `n_groups` there are
    n_min      groups that certify when no ticket is wrong; None when no number does
    tested     the test at the threshold; without one that of the threshold nearest to passing;
               None where nothing was tested
    firm       certified, and hardly to be had where none can be: reach is at most a fifth of delta
    reach      chance that data as good as these come from scores of which no threshold keeps the
               risk; NaN where nothing was tested
    outlook    certified; not yet; no use (every threshold that routes a tenth is shown to be worse
               than the risk); too few (fewer groups than `n_min`); no tickets
    version    of the rule
    """

    threshold: float
    risk: float
    delta: float
    escalate_above: float
    n: int
    n_groups: int
    n_min: int | None
    tested: Tested | None
    reach: float
    outlook: Outlook
    version: int = VERSION
    firm: bool = field(init=False)

    def __post_init__(self) -> None:
        firm = self.outlook == "certified" and self.reach <= _FIRM * self.delta
        object.__setattr__(self, "firm", firm)


def certificate(
    tickets: Tickets, *, escalate_above: float, risk: float, delta: float, seed: int
) -> Certificate:
    """The lowest threshold at which at most `risk` is wrong, with confidence 1 - `delta`.

    The tests and their levels are fixed before any label is read (`levels.py`); each is passed by
    ticket and by customer. For independent tickets the true share wrong above the threshold
    exceeds `risk` with chance `delta` at most, where the share falls below the risk once and for
    good as the threshold rises. One ticket a group is drawn by `seed`.
    """
    drawn = tickets.rows(one_per_group(tickets.group_numbers, seed=seed))
    return certificate_on(drawn, tickets, escalate_above=escalate_above, risk=risk, delta=delta)


def certificate_on(
    drawn: Tickets, tickets: Tickets, *, escalate_above: float, risk: float, delta: float
) -> Certificate:
    """The same where one ticket of each group is `drawn` already; both may be counted rows."""
    ones, everyone = (_routable(of, escalate_above) for of in (drawn, tickets))
    of = levels(ones.n, drawn.n, risk=risk, delta=delta)
    path = _path(ones, everyone, of, risk=risk, delta=delta) if of else []
    at = _accepted(path, of) if of else -1
    tested = (path[at] if at >= 0 else _nearest(path, of, risk)) if of else None
    if tested is not None:
        tested = replace(tested, threshold=_shortest(tested.threshold, everyone.score))
    return Certificate(
        threshold=tested.threshold if tested and at >= 0 else math.nan,
        risk=risk,
        delta=delta,
        escalate_above=escalate_above,
        n=ones.n,
        n_groups=drawn.n,
        n_min=fewest_tickets(risk=risk, delta=delta),
        tested=tested,
        reach=reach(of, risk=risk, smallest=min(one.p for one in path)) if of else math.nan,
        outlook=_outlook(ones, drawn.n, of, at, risk),
    )


def _routable(tickets: Tickets, escalate_above: float) -> Tickets:
    keep = np.asarray(~exceeds(tickets.second, escalate_above))
    return tickets if keep.all() else tickets.rows(keep)


def _path(
    ones: Tickets, everyone: Tickets, of: Levels, *, risk: float, delta: float
) -> list[Tested]:
    """The test of every rank, from the fewest tickets to the most."""
    thresholds = ones.score_at(of.ranks)
    selected = ones.at_least(thresholds)
    errors = ones.rows(~ones.right).at_least(thresholds)
    p = exact_p(errors, selected, risk=risk)
    if everyone.n > ones.n:
        p = np.maximum(p, _by_ticket(everyone, thresholds, p <= delta, risk))
    most = most_wrong(selected, risk=risk, level=np.maximum(of.opens, of.walks))
    columns = (thresholds, selected, errors, most, p)
    return [Tested(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _by_ticket(
    everyone: Tickets, thresholds: FloatArray, matters: BoolArray, risk: float
) -> FloatArray:
    """The p-values over all tickets, where they matter."""
    wrong = ~everyone.right
    shared = correlation_of_errors(everyone.score, wrong, everyone.groups)
    p = np.zeros(len(thresholds))
    for at in np.flatnonzero(matters):
        chosen = reaches(everyone.score, thresholds[at])
        p[at] = grouped_p(wrong[chosen], everyone.groups[chosen], risk=risk, correlation=shared)
    return p


def _accepted(path: list[Tested], of: Levels) -> int:
    """The last rank that is reached by opening where that passes and walking on; -1: none."""
    p = np.array([one.p for one in path])
    opened = np.flatnonzero(p <= of.opens * (1 + _ROUNDING))
    at = int(opened[-1]) if len(opened) else -1
    while at + 1 < len(p) and p[at + 1] <= of.walks[at + 1] * (1 + _ROUNDING):
        at += 1
    return at


def _nearest(path: list[Tested], of: Levels, risk: float) -> Tested:
    """Of the ranks at which the search may begin the one whose p is nearest to its level."""
    level = np.where(np.arange(len(path)) == 0, np.maximum(of.opens, of.walks), of.opens)
    lacks = [
        one.p / allowed if allowed else math.inf
        for one, allowed in zip(path, level.tolist(), strict=True)
    ]
    at = lacks.index(min(lacks))
    # More may be wrong to walk on to there, but nothing has been reached to walk on from.
    most = most_wrong(np.array([path[at].selected]), risk=risk, level=float(level[at]))
    return replace(path[at], most=int(most[0]))


def _outlook(ones: Tickets, n_groups: int, of: Levels | None, at: int, risk: float) -> Outlook:
    if at >= 0:
        return "certified"
    if ones.n == 0:
        return "no tickets"
    if _no_use(ones, n_groups, risk):
        return "no use"
    return "not yet" if of else "too few"


def _no_use(ones: Tickets, n_groups: int, risk: float) -> bool:
    """Whether every threshold that routes a tenth or more is shown to be worse than the risk.

    By the exact test at 5 % of "at most risk" at ever more tickets, in steps of 15 %. All of them
    have to reject, so nothing is to be adjusted.
    """
    wanted = np.ceil(n_groups * SMALLEST_SHARE * _NO_USE_STEP ** np.arange(_NO_USE_STEPS))
    ranks = distinct(np.minimum(wanted, ones.n).astype(np.int64))
    thresholds = ones.score_at(ranks)
    selected = ones.at_least(thresholds)
    errors = ones.rows(~ones.right).at_least(thresholds)
    so_many = special.bdtrc(np.maximum(errors - 1, 0).astype(np.float64), selected, risk)
    return bool(np.all((errors > 0) & (so_many <= _NO_USE_LEVEL)))


def _shortest(threshold: float, scores: FloatArray) -> float:
    """The number with the fewest decimals, two at least, that selects the same of these scores."""
    lower = scores[~reaches(scores, threshold)]
    below = float(lower.max()) if len(lower) else -math.inf
    exact = Decimal(repr(float(threshold)))
    for decimals in range(_FEWEST_DECIMALS, _MOST_DECIMALS + 1):
        short = float(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_FLOOR))
        if not reaches(below, short):
            return short
    return float(threshold)

"""Thresholds with a promise: the error share among routed tickets stays below a limit.

Fixed-sequence testing, one of the ways of Learn then Test (Angelopoulos et al. 2021): thresholds
are tested in an order set before any label is seen, from strict to lenient, each by an exact
binomial test at the full level, until the first fails.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Literal

import numpy as np
from scipy import special

from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import BoolArray, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.routing.selective import at_least
from ticketbench.measure.statistics.groups import one_per_group

SEQUENCE: tuple[float, ...] = tuple(i / 100 for i in range(99, 29, -1))
"""The thresholds in the order of their tests: .99, .98 ... .30."""

_TAIL = 3
_MOST_TICKETS = 10**9

Outlook = Literal["certified", "stopped early", "more tickets", "too many errors", "no tickets"]


@dataclass(frozen=True, slots=True, eq=False)
class PathPoint(Value):
    """One test: of the `selected` tickets at or above `threshold`, `errors` are wrong.

    p  chance of so few errors if the true error share were the risk (exact binomial)
    """

    threshold: float
    selected: int
    errors: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Certificate(Value):
    """The promise: with confidence 1 - delta, at most `risk` of what is routed is wrong.

    threshold     the lowest certified one; NaN when there is none
    n             tickets the tests rest on: one per group, without the escalated ones
    n_min         tickets that certify when none is wrong; None when no number does
    path          the last three thresholds tested; the last one failed unless it is the lowest
    best          when there is no threshold: the one with the lowest p, whether tested or not
    more_tickets  when there is none: about how many more tickets at or above a threshold would
                  certify it if the error share there stays; 0 when no number would
    outlook       certified; more tickets (`best` lacks them); too many errors (the share at `best`
                  is not below the risk); stopped early (`best` would pass, but a stricter threshold
                  failed before: `more_tickets` is about that one); no tickets
    """

    threshold: float
    risk: float
    delta: float
    n: int
    n_min: int | None
    path: tuple[PathPoint, ...]
    best: PathPoint | None
    more_tickets: int
    outlook: Outlook


@dataclass(frozen=True, slots=True, eq=False)
class LabelThreshold(Value):
    """The threshold of one label; without a promise it is the one for all labels, NaN if none."""

    label: str
    threshold: float
    promise: bool
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Certified:
    """A policy with what is promised about it; `labels` is empty for one threshold for all.

    The policy's threshold is infinity, which routes nothing, where the certificate has none.
    """

    policy: Policy
    certificate: Certificate
    labels: tuple[LabelThreshold, ...] = ()


def certified_threshold(
    top_score: FloatArray, right: BoolArray, *, risk: float, delta: float
) -> Certificate:
    """The lowest threshold that fixed-sequence testing certifies (Angelopoulos et al. 2021).

    From .99 down in steps of .01, starting where at least `n_min` tickets are selected, each
    threshold is tested by p = P(Binomial(selected, risk) <= errors); the first p > delta ends it
    and the last accepted one is certified. For independent tickets the true error share above it
    exceeds `risk` with a probability of at most `delta`. The start looks at scores only, so the
    order is fixed and needs no correction. Tied scores pass a threshold together. No tickets: NaN.
    """
    points = _points(top_score, right, risk)
    n_min = fewest_tickets(risk=risk, delta=delta)
    tried = [point for point in points if n_min is not None and point.selected >= n_min]
    passed = list(takewhile(lambda point: _passes(point, delta), tried))
    path = tuple(tried[: len(passed) + 1][-_TAIL:])
    if passed:
        threshold, n = passed[-1].threshold, len(top_score)
        return Certificate(threshold, risk, delta, n, n_min, path, None, 0, "certified")
    best = _best(points)
    # What stands in the way is the test that failed, not the threshold that would have passed.
    blocking = path[-1] if path and best is not None and _passes(best, delta) else best
    needed = 0
    if blocking is not None:
        needed = more_tickets(blocking.errors, blocking.selected, risk=risk, delta=delta)
    return Certificate(
        threshold=math.nan,
        risk=risk,
        delta=delta,
        n=len(top_score),
        n_min=n_min,
        path=path,
        best=best,
        more_tickets=needed,
        outlook=_outlook(best, blocking, needed),
    )


def fewest_tickets(*, risk: float, delta: float) -> int | None:
    """Tickets that certify a risk when none of them is wrong: ceil(ln delta / ln(1 - risk)).

    At least 1; None when no number is enough: a risk or a delta of 0.
    """
    if risk <= 0 or delta <= 0:
        return None
    if risk >= 1 or delta >= 1:
        return 1
    # 1e-9 less: a quotient that is a whole number must not be rounded up to the next.
    return max(1, math.ceil(math.log(delta) / math.log1p(-risk) - 1e-9))


def more_tickets(errors: int, selected: int, *, risk: float, delta: float) -> int:
    """About how many tickets more would certify a threshold if its error share stays.

    The least m with I_{1-risk}(m - k, k + 1) <= delta, k = m·errors/selected: the binomial
    p-value with errors that need not be whole. Minus `selected`; 10^9 or more are not searched
    further. 0 when the share is not below the risk, so that no number is enough, when enough are
    there, and for no tickets.
    """
    if selected == 0 or delta <= 0 or errors >= risk * selected - 1e-12:
        return 0
    share = errors / selected

    def certifies(m: int) -> bool:
        return float(special.betainc(m * (1 - share), m * share + 1, 1 - risk)) <= delta

    low = high = selected
    while not certifies(high) and high < _MOST_TICKETS:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if certifies(middle) else (middle, high)
    return high - selected


def certified_policy(
    table: ScoreTable, base: Policy, *, risk: float, delta: float, seed: int
) -> Certified:
    """`base` with the certified threshold for all labels, on raw scores.

    The promise is about what the policy routes: one ticket per group, drawn by `seed`, and
    without the tickets that `base` escalates, which no threshold changes. A ticket whose gold is
    `__none__` is wrong wherever it is routed. Nothing certified: a policy that routes nothing.
    """
    rows = _routable(table, base, seed=seed)
    certificate = certified_threshold(
        table.top_score[rows], table.right[rows], risk=risk, delta=delta
    )
    return Certified(_raw(base, certificate.threshold), certificate)


def certified_policy_by_label(
    table: ScoreTable, base: Policy, *, risk: float, delta: float, seed: int
) -> Certified:
    """`base` with a certified threshold per top label, each at level delta / K, on raw scores.

    With K labels, all promises hold together with confidence 1 - delta (union bound). A label
    without a promise inherits the certified threshold for all labels and routes nothing where
    there is none; the policy lists only labels with a promise. Tickets as in `certified_policy`.
    """
    rows = _routable(table, base, seed=seed)
    top, score, right = table.top[rows], table.top_score[rows], table.right[rows]
    whole = certified_threshold(score, right, risk=risk, delta=delta)
    labels = []
    for index, label in enumerate(table.labels):
        own = top == index
        certificate = certified_threshold(
            score[own], right[own], risk=risk, delta=delta / len(table.labels)
        )
        promise = certificate.outlook == "certified"
        threshold = certificate.threshold if promise else whole.threshold
        labels.append(LabelThreshold(label, threshold, promise, certificate))
    own_thresholds = tuple((found.label, found.threshold) for found in labels if found.promise)
    policy = replace(_raw(base, whole.threshold), label_thresholds=own_thresholds)
    return Certified(policy, whole, tuple(labels))


def _points(top_score: FloatArray, right: BoolArray, risk: float) -> list[PathPoint]:
    """The test at every threshold of the sequence, strict to lenient."""
    selected = at_least(top_score, SEQUENCE)
    errors = at_least(top_score[~right], SEQUENCE)
    tested = special.bdtr(errors.astype(np.float64), selected, min(max(risk, 0.0), 1.0))
    p = np.where(selected > 0, tested, 1.0)
    columns = (selected.tolist(), errors.tolist(), p.tolist())
    return [PathPoint(*point) for point in zip(SEQUENCE, *columns, strict=True)]


def _passes(point: PathPoint, delta: float) -> bool:
    # The margin is for the last digit of p: a p-value of exactly delta passes.
    return point.p <= delta * (1 + 1e-12)


def _best(points: list[PathPoint]) -> PathPoint | None:
    """The lowest p among thresholds that select tickets, the most lenient one of equals."""
    selecting = [point for point in reversed(points) if point.selected]
    return min(selecting, key=lambda point: point.p, default=None)


def _outlook(best: PathPoint | None, blocking: PathPoint | None, needed: int) -> Outlook:
    if best is None:
        return "no tickets"
    if blocking is not best:
        return "stopped early"
    return "more tickets" if needed else "too many errors"


def _routable(table: ScoreTable, base: Policy, *, seed: int) -> IntArray:
    """Rows the tests may look at: one per group, without those that `base` escalates."""
    rows = one_per_group(table.groups, seed=seed)
    outcome = _raw(base, 0.0).decide(table.scores, table.labels).outcome
    return np.asarray(rows[outcome[rows] == ROUTE])


def _raw(base: Policy, threshold: float) -> Policy:
    """`base` on raw scores with one threshold; NaN becomes infinity, which routes nothing."""
    usable = math.inf if math.isnan(threshold) else threshold
    return replace(base, threshold=usable, temperature=1.0, label_thresholds=())

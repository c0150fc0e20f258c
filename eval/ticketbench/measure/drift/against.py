"""A log against the evaluation that its policy comes from: what changed, most urgent first."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.policy import REVIEW, Policy
from ticketbench.core.types import Estimate, Value
from ticketbench.measure.drift.accuracy import expected_accuracy
from ticketbench.measure.drift.alarm import FEWEST, Drift, Period, drift
from ticketbench.measure.drift.log import Counted, Log, by_period
from ticketbench.measure.drift.reference import Reference
from ticketbench.measure.sample.workload import Workload, shares_of_counts, workload
from ticketbench.measure.statistics.intervals import share

MOST_FAILED = 0.01
"""Of a period's decisions; above it failures stand before drift."""

NO_MODEL = "null"

Kind = Literal["model", "no model", "mixed", "failures", "drift", "capacity"]


@dataclass(frozen=True, slots=True, eq=False)
class Standard(Value):
    """What a log is held against.

    policy     what should have decided, and what was kept of its evaluation in `reference`
    models     the models that answered then; empty where nobody knows, NO_MODEL for one without
               a name
    right      share right among those routed, as the evaluation judged it
    """

    policy: Policy
    reference: Reference
    models: tuple[str, ...]
    right: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Concern(Value):
    """Something to look at, at most one of each kind, in the order of the kinds.

    periods  where it is seen, in order of time; empty where it is about the whole log
    names    the models that are new; else empty
    """

    kind: Kind
    periods: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class PeriodAgainst(Value):
    """One period against the standard.

    drift     not tested, and no alarm, under 50 scored decisions
    accuracy  to expect under this mix of labels; undefined under 50
    reviewed  decisions sent to review each day
    """

    counted: Counted
    drift: Drift
    accuracy: Estimate
    reviewed: Estimate

    @property
    def enough(self) -> bool:
        """Whether more than counts is told."""
        return self.drift.n >= FEWEST

    @property
    def failing(self) -> bool:
        """Whether more than 1 % of 50 decisions or more had no answer."""
        return self.counted.n >= FEWEST and self.counted.failed_share > MOST_FAILED


@dataclass(frozen=True, slots=True, eq=False)
class Against(Value):
    """Every period against the standard.

    concerns  what to look at, the most urgent first; empty where nothing is
    capacity  reviews that people can do each day; NaN where nobody said
    workload  of a day like those in the log; None where nobody knows how many tickets a day has
    """

    periods: tuple[PeriodAgainst, ...]
    concerns: tuple[Concern, ...]
    capacity: float
    workload: Workload | None


def against(
    log: Log,
    standard: Standard,
    *,
    mixed: bool = False,
    capacity: float = math.nan,
    tickets_per_day: float | None = None,
    seed: int = 0,
) -> Against:
    """Each period of `log`, whose labels are those of the reference, against `standard`.

    `mixed`: decisions of another policy or other rubrics are among them. Without `tickets_per_day`
    a day has as many tickets as those of the log on average.
    """
    counted = by_period(log)
    inside = [log.scored & (log.period == i) for i in range(len(counted))]
    moved = drift(standard.reference, [Period(log.top[at], log.score[at]) for at in inside])
    found = tuple(
        PeriodAgainst(
            one,
            drifted,
            _accuracy(standard.reference, one, drifted, seed=seed),
            _reviewed(one, tickets_per_day),
        )
        for one, drifted in zip(counted, moved, strict=True)
    )
    return Against(
        periods=found,
        concerns=tuple(_concerns(found, standard, mixed=mixed, capacity=capacity)),
        capacity=capacity,
        workload=_workload(log, standard, tickets_per_day),
    )


def _accuracy(reference: Reference, counted: Counted, moved: Drift, *, seed: int) -> Estimate:
    if moved.n < FEWEST:
        return Estimate.undefined(moved.n, f"fewer than {FEWEST} decisions")
    return expected_accuracy(reference, [one.n for one in counted.by_label], seed=seed)


def _reviewed(counted: Counted, tickets_per_day: float | None) -> Estimate:
    """Decisions for review on a day of this period; those that failed are read by people, too.

    A day has `tickets_per_day`, or as many tickets as those of the period on average.
    """
    known = sum(one.n for one in counted.outcomes)
    a_day = tickets_per_day or (counted.n / counted.days if counted.days > 0 else math.nan)
    if math.isnan(a_day) or not known:
        return Estimate.undefined(known, "no days, or no outcomes, are known")
    found = share(np.arange(known) < counted.outcomes[REVIEW].n, np.arange(known))
    value, low, high = (a_day * end for end in (found.value, found.low, found.high))
    return Estimate(value, low, high, known, found.method)


def _workload(log: Log, standard: Standard, tickets_per_day: float | None) -> Workload | None:
    days = sum(log.days)
    known = log.outcome[log.outcome >= 0]
    volume = tickets_per_day or (len(log.top) / days if days > 0 else None)
    if volume is None or not len(known):
        return None
    shares = shares_of_counts(np.bincount(known, minlength=3).tolist(), standard.right)
    return workload(shares, tickets_per_day=volume)


def _concerns(
    periods: Sequence[PeriodAgainst], standard: Standard, *, mixed: bool, capacity: float
) -> list[Concern]:
    """In this order: model, mixed policies, failures, drift, capacity; last that no model is named,
    which nothing in the log can mend.
    """

    def where(kind: Kind, seen: Callable[[PeriodAgainst], bool]) -> list[Concern]:
        names = tuple(one.counted.name for one in periods if seen(one))
        return [Concern(kind, names)] if names else []

    of_models = _of_models(periods, standard)
    return [
        *(one for one in of_models if one.kind == "model"),
        *([Concern("mixed")] if mixed else []),
        *where("failures", lambda one: one.failing),
        *where("drift", lambda one: one.drift.alarm),
        *where("capacity", lambda one: one.reviewed.value > capacity),
        *(one for one in of_models if one.kind == "no model"),
    ]


def _of_models(periods: Sequence[PeriodAgainst], standard: Standard) -> list[Concern]:
    """Models that the evaluation did not meet, or that nobody names any."""
    seen = [{one.name for one in period.counted.models} for period in periods]
    named = set().union(*seen)
    if named == {NO_MODEL} and set(standard.models) <= {NO_MODEL}:
        return [Concern("no model")]
    # Of an evaluation that kept none, a change is seen by what the log began with.
    known = set(standard.models) or next((names for names in seen if names), set())
    if not named - known:
        return []
    at = zip(periods, seen, strict=True)
    news = tuple(period.counted.name for period, names in at if names - known)
    return [Concern("model", news, tuple(sorted(named - known)))]

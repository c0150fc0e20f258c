"""The gates of CI: limits, no worse than before, tickets that must pass, nothing missing.

Each gate passes, fails, is inconclusive, or is skipped where there are too few tickets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.policy import ROUTE
from ticketbench.core.types import NONE, NONE_LABEL, Estimate, Value
from ticketbench.measure.compare import Comparison, Flip
from ticketbench.measure.evaluate import Evaluation
from ticketbench.measure.gates.metrics import GateMetric
from ticketbench.measure.pairs.changes import Question
from ticketbench.measure.pairs.pairing import Judged, paired
from ticketbench.measure.pairs.verdict import MOST_NEEDED
from ticketbench.measure.results import DatasetSummary
from ticketbench.measure.rubrics.changes import RubricChange

GateKind = Literal["limit", "not worse", "must pass", "complete"]
Judgement = Literal["pass", "fail", "inconclusive", "skipped"]
Bound = Literal["value", "low", "high"]

_ENDS = "two one-sided 95% bounds"

_NOTHING = Estimate.undefined(0, "")


@dataclass(frozen=True, slots=True)
class WrongTicket:
    """A ticket that makes a gate fail, and what is wrong with it in a few words."""

    ticket_id: str
    what: str


@dataclass(frozen=True, slots=True, eq=False)
class GateResult(Value):
    """One gate and how it came out.

    number      its place in the config, from 0; -1 for what every baseline demands
    metric, label  what is judged; empty where the gate is about tickets
    value       the metric now
    bound       which end of it the limits are about
    minimum, maximum  the limits; NaN where there is none
    against     what it must not be worse than: the baseline or another rubric set
    base        the metric there, on the paired tickets; `candidate` the metric now on the same
    change      candidate minus base with its two one-sided 95 % bounds
    margin      the loss that is allowed
    n           tickets the judgement rests on
    n_needed    about how many would settle it; 0 when it is settled or unknown
    reason      where the bounds come from, or why there is no judgement
    tickets     wrong or unanswered ones of `must pass`, gone ones of `complete` (by hash)
    labels      labels of the baseline that are gone
    """

    number: int
    kind: GateKind
    rubric_set: str
    outcome: Judgement
    n: int
    metric: str = ""
    title: str = ""
    label: str = ""
    higher_is_better: bool = True
    share: bool = True
    value: Estimate = _NOTHING
    bound: Bound = "value"
    minimum: float = math.nan
    maximum: float = math.nan
    against: str = ""
    base: float = math.nan
    candidate: float = math.nan
    change: Estimate = _NOTHING
    margin: float = math.nan
    n_needed: int = 0
    reason: str = ""
    tickets: tuple[WrongTicket, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """How many tickets of a rubric set were asked for and answered, and why the others were not."""

    rubric_set: str
    n_requested: int
    n_scored: int
    n_failed: int
    n_missing: int


@dataclass(frozen=True, slots=True)
class Against:
    """A comparison that gates rest on, with what is new since the base.

    base          how the base is called: `baseline` or a rubric set
    changed       inputs that are not those of the baseline, in words
    n_new         tickets that the base does not know
    rubrics       questions that changed
    still_wrong   tickets wrong in both
    """

    base: str
    comparison: Comparison
    changed: tuple[str, ...]
    n_new: int
    rubrics: tuple[RubricChange, ...]
    still_wrong: tuple[Flip, ...]


@dataclass(frozen=True, slots=True)
class GateReport:
    """Everything a gate run found. Without enough answers there is neither result nor comparison.

    allowed  how many answers may fail, over all gated rubric sets
    """

    name: str
    dataset: DatasetSummary
    answered: tuple[Answered, ...]
    allowed: int
    results: tuple[GateResult, ...]
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Against, ...]

    @property
    def complete(self) -> bool:
        """Whether no more answers are missing or failed than are allowed."""
        return sum(one.n_failed for one in self.answered) <= self.allowed


def limit_gate(
    number: int,
    metric: GateMetric,
    evaluation: Evaluation,
    *,
    label: str = "",
    bound: Bound = "value",
    minimum: float = math.nan,
    maximum: float = math.nan,
    min_tickets: int = 1,
) -> GateResult:
    """Whether the value, or the named end of its 95 % interval, is within the limits.

    Fewer than `min_tickets` tickets: skipped. No value or no such end: inconclusive. A value that
    is within the limits while its end is not says how many tickets would do.
    """
    value = metric.value(evaluation, label)
    end = float(getattr(value, bound))
    outcome: Judgement
    needed, reason = 0, value.method
    if value.n < min_tickets:
        outcome, needed, reason = "skipped", min_tickets, "too few tickets"
    elif math.isnan(end):
        outcome = "inconclusive"
    elif _within(end, minimum, maximum):
        outcome = "pass"
    else:
        outcome = "fail"
        needed = _tickets_until(value, end, minimum, maximum)
    return GateResult(
        number=number,
        kind="limit",
        rubric_set=evaluation.provenance.rubric_set,
        outcome=outcome,
        n=value.n,
        metric=metric.name,
        title=metric.title,
        label=label,
        higher_is_better=metric.higher_is_better,
        share=metric.share,
        value=value,
        bound=bound,
        minimum=minimum,
        maximum=maximum,
        n_needed=needed,
        reason=reason,
    )


def not_worse_gate(
    number: int,
    metric: GateMetric,
    evaluation: Evaluation,
    sides: tuple[Judged, Judged],
    *,
    against: str,
    asked: Question,
    min_tickets: int = 1,
) -> GateResult:
    """Whether the metric is at worst the margin worse than on the other side, tickets paired.

    Judged by non-inferiority: pass when it is shown, fail when a loss is shown, else inconclusive
    with about how many tickets would settle it.
    """
    found = metric.change(paired(*sides), asked)
    gain, sign = found.gain, 1 if metric.higher_is_better else -1
    ends = (gain.low, gain.high) if sign == 1 else (-gain.high, -gain.low)
    few = gain.n < min_tickets
    return GateResult(
        number=number,
        kind="not worse",
        rubric_set=evaluation.provenance.rubric_set,
        outcome="skipped" if few else gain.outcome,
        n=gain.n,
        metric=metric.name,
        title=metric.title,
        label=asked.label,
        higher_is_better=metric.higher_is_better,
        share=metric.share,
        value=metric.value(evaluation, asked.label),
        against=against,
        base=found.base,
        candidate=found.candidate,
        change=Estimate(sign * gain.difference + 0.0, ends[0] + 0.0, ends[1] + 0.0, gain.n, _ENDS),
        margin=asked.margin,
        n_needed=min_tickets if few else gain.n_needed,
        reason="too few tickets" if few else gain.method,
    )


def must_pass_gate(number: int, side: Judged, ids: Sequence[str]) -> GateResult:
    """Fail when one of the tickets `ids` is wrong or has no answer.

    A ticket is wrong when its top label is not its gold label, or when it is routed although no
    label fits it.
    """
    table = side.table
    wrong = np.where(table.truth == NONE, side.outcome == ROUTE, ~table.right)
    row = {ticket: i for i, ticket in enumerate(table.ids)}
    failed = sorted(one for one in ids if one not in row or wrong[row[one]])
    return GateResult(
        number=number,
        kind="must pass",
        rubric_set=table.provenance.rubric_set,
        outcome="fail" if failed else "pass",
        n=len(ids),
        tickets=tuple(WrongTicket(one, _what(side, row.get(one))) for one in failed),
    )


def complete_gate(
    rubric_set: str, n: int, missing: Sequence[str], labels: Sequence[str]
) -> GateResult:
    """Fail when a ticket or label of the baseline (`n` tickets) is not there any more."""
    return GateResult(
        number=-1,
        kind="complete",
        rubric_set=rubric_set,
        outcome="fail" if missing or labels else "pass",
        n=n,
        against="baseline",
        tickets=tuple(WrongTicket(one, "gone") for one in sorted(missing)),
        labels=tuple(sorted(labels)),
    )


def _within(value: float, minimum: float, maximum: float) -> bool:
    """Limits themselves are allowed; NaN is no limit."""
    return not (value < minimum or value > maximum)


def _tickets_until(value: Estimate, end: float, minimum: float, maximum: float) -> int:
    """About how many tickets bring the end within the limit: n·((value - end)/(value - limit))².

    0 when more tickets would not: the value itself is beyond the limit, or at it.
    """
    if not _within(value.value, minimum, maximum) or end == value.value:
        return 0
    limit = minimum if end < minimum else maximum
    if value.value == limit:
        return 0
    needed = value.n * ((value.value - end) / (value.value - limit)) ** 2
    return max(value.n + 1, math.ceil(needed)) if needed < MOST_NEEDED else 0


def _what(side: Judged, row: int | None) -> str:
    """Such as "billing, answered technical 0.81"."""
    if row is None:
        return "no answer"
    table = side.table
    gold = NONE_LABEL if table.truth[row] == NONE else table.gold_labels[table.truth[row]]
    return f"{gold}, answered {table.labels[table.top[row]]} {table.top_score[row]:.2f}"

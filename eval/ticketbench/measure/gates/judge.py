"""The gates of CI: limits, no worse than before, tickets that must pass, nothing missing, releases.

Each gate passes, fails, is inconclusive, or is skipped where there are too few tickets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.policy import ROUTE
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import NONE, Estimate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.gates.metrics import value_in
from ticketbench.measure.gates.results import (
    Bound,
    Complete,
    JudgedMetric,
    Judgement,
    Limit,
    MustPass,
    NotWorse,
    OnFresh,
    WrongTicket,
)
from ticketbench.measure.gates.rule import Demand, Undecided, loss_left, loss_shown, outcomes
from ticketbench.measure.kinds import Metric
from ticketbench.measure.labelled.about_tickets import of_tickets
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.labelled.release import (
    fresh_tickets,
    judged_part,
    release,
    two_sided,
    wanted,
)
from ticketbench.measure.pairs.change import GATE_CONFIDENCE, MOST_NEEDED, Change, undefined
from ticketbench.measure.pairs.changes import MetricChange
from ticketbench.measure.pairs.pairing import Judged
from ticketbench.measure.statistics.intervals import clipped

_ENDS = "two one-sided 95% bounds"
_NOT_YET = "labels are missing"


def limit_gate(
    number: int,
    metric: Metric,
    evaluation: Evaluation,
    *,
    label: str = "",
    bound: Bound = "value",
    minimum: float = math.nan,
    maximum: float = math.nan,
    min_tickets: int = 1,
) -> Limit:
    """Whether the value, or the named end of its 95 % interval, is within the limits.

    Fewer than `min_tickets` tickets: skipped. No value or no such end: inconclusive. A value that
    is within the limits while its end is not says how many tickets would do.
    """
    value = value_in(evaluation, metric, label)
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
    return Limit(
        number=number,
        rubric_set=evaluation.provenance.rubric_set,
        outcome=outcome,
        n=value.n,
        metric=JudgedMetric.of(metric, label),
        value=value,
        bound=bound,
        minimum=minimum,
        maximum=maximum,
        n_needed=needed,
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class OnChange:
    """A gate on a metric that may be at worst the margin worse than `against`, not judged yet.

    found  the metric on the paired tickets of both sides
    """

    number: int
    metric: Metric
    evaluation: Evaluation
    found: MetricChange
    against: str
    margin: float
    primary: bool
    min_tickets: int = 1


def not_worse_gates(gates: Sequence[OnChange], *, undecided: Undecided = "warn") -> list[NotWorse]:
    """All gates on changes, judged together because every one counts in Holm's adjustment.

    With fewer than its `min_tickets` paired tickets a gate is skipped.
    """
    demands = [Demand(one.found.gain, one.margin, one.primary) for one in gates]
    judged = outcomes(demands, undecided=undecided)
    return [_not_worse(one, outcome) for one, outcome in zip(gates, judged, strict=True)]


def _not_worse(gate: OnChange, outcome: Literal["pass", "fail", "inconclusive"]) -> NotWorse:
    found, metric = gate.found, gate.metric
    change, width = found.change, metric.high - metric.low
    ends, gain = change.bounds(GATE_CONFIDENCE), found.gain
    few = change.n < gate.min_tickets
    return NotWorse(
        number=gate.number,
        rubric_set=gate.evaluation.provenance.rubric_set,
        outcome="skipped" if few else outcome,
        n=change.n,
        metric=JudgedMetric.of(metric, found.label),
        value=value_in(gate.evaluation, metric, found.label),
        against=gate.against,
        base=found.base,
        candidate=found.candidate,
        change=clipped(Estimate(change.value, ends.low, ends.high, change.n, _ENDS), -width, width),
        margin=gate.margin,
        primary=gate.primary,
        loss_seen=_loss(-gain.value, width),
        loss_shown=loss_shown(gain),
        loss_left=_loss(loss_left(gain), width),
        n_needed=gate.min_tickets if few else _until_settled(gain, gate.margin, outcome),
        reason="too few tickets" if few else change.method,
    )


def _until_settled(gain: Change, margin: float, outcome: str) -> int:
    """What the verdict on the same change says, but for a loss so near the margin that it stays."""
    worth_asking = outcome == "inconclusive" and gain.value > -margin / 2
    return gain.needed(margin) if worth_asking else 0


def _loss(loss: float, width: float) -> float:
    """Within what is possible; NaN stays NaN."""
    return loss if math.isnan(loss) else min(max(loss, 0.0), width)


def must_pass_gate(number: int, side: Judged, ids: Sequence[str]) -> MustPass:
    """Fail when one of the tickets `ids` is wrong or has no answer.

    A ticket is wrong when its top label is not its gold label, or when it is routed although no
    label fits it.
    """
    table = side.table
    wrong = np.where(table.truth == NONE, side.outcome == ROUTE, ~table.right)
    row = {ticket: i for i, ticket in enumerate(table.ids)}
    failed = sorted(one for one in ids if one not in row or wrong[row[one]])
    return MustPass(
        number=number,
        rubric_set=table.provenance.rubric_set,
        outcome="fail" if failed else "pass",
        n=len(ids),
        tickets=tuple(WrongTicket(one, _what(side, row.get(one))) for one in failed),
    )


def fresh_gate(
    rubric_set: str,
    log: LabelledLog,
    *,
    against: str,
    budget: float,
    planned: int,
    look: int,
    noted: bool,
) -> OnFresh:
    """Whether a release ships: on fresh tickets, labelled where its answer is not that of the pin.

    It does where a loss of `budget` of the accuracy is excluded at the level of all `planned`
    releases together. Judged once, on the labels that `wanted` asks for; before that inconclusive.
    Where the interval is undefined, as when nearly all tickets come from one customer, it fails.
    """
    n_wanted = wanted(log, budget=budget, planned=planned)
    part = judged_part(log, n_wanted)
    done = part.n_labelled == n_wanted
    gain = of_tickets(part) if done else undefined(math.nan, log.n, _NOT_YET)
    found, ends = release(gain, budget=budget, planned=planned), gain.bounds(two_sided(planned))
    gained, lost = int((part.labelled > 0).sum()), int((part.labelled < 0).sum())
    differ = log.n_differ / max(log.n, 1)
    turned = differ * (gained + lost) / n_wanted if done and n_wanted else differ
    needed = fresh_tickets(turned=turned, differ=differ, budget=budget, planned=planned)
    outcome: Literal["pass", "fail"] = "pass" if found.outcome == "ships" else "fail"
    return OnFresh(
        rubric_set=rubric_set,
        outcome=outcome if done else "inconclusive",
        n=log.n,
        n_differ=log.n_differ,
        n_wanted=n_wanted,
        n_labelled=part.n_labelled,
        against=against,
        gained=gained,
        lost=lost,
        change=Estimate(gain.value, ends.low, ends.high, log.n, gain.method),
        confidence=two_sided(planned),
        loss_left=math.nan if math.isnan(found.low) else max(0.0, -found.low),
        budget=budget,
        planned=planned,
        look=look,
        noted=noted,
        n_needed=needed.n,
        n_labels_needed=needed.n_labels,
    )


def complete_gate(
    rubric_set: str, n: int, missing: Sequence[str], labels: Sequence[str]
) -> Complete:
    """Fail when a ticket or label of the baseline (`n` tickets) is not there any more."""
    return Complete(
        rubric_set=rubric_set,
        outcome="fail" if missing or labels else "pass",
        n=n,
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

"""Better, worse, no relevant difference, or cannot tell yet; may it be merged: after any label."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, Estimate, FloatArray, Value
from ticketbench.measure.labelled.about_log import of_log
from ticketbench.measure.labelled.about_tickets import of_tickets
from ticketbench.measure.labelled.bets import Tally, log_evidence, tally
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.labelled.order import About
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.verdict import MARGIN, NotWorse, Outcome, exceeds, said_by
from ticketbench.measure.statistics.intervals import Interval

SURE = math.log(40)
"""Evidence for one of two sides at 5 % together: 2/.05."""

SURE_OF_ONE = math.log(20)
"""Evidence for a gate, which asks about one side: 1/.05."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence(Value):
    """How well each statement stands now, as p that hold at any time (Vovk & Wang 2021).

    p = min(1, 1/E), E the largest so far. Below .025 a side of the verdict stands, below .05 one of
    the gate.

    better     of "not better"        worse      of "not worse"
    no_loss    of "a loss of the margin or more"
    no_gain    of "a gain of the margin or more"
    """

    better: float
    worse: float
    no_loss: float
    no_gain: float


@dataclass(frozen=True, slots=True, eq=False)
class LabelVerdict(Value):
    """What a log says of which n_labelled of the n_differ disagreements are labelled.

    about       whom it speaks of
    outcome     once settled it stays, but for exact knowledge
    after       labels with which the outcome was settled; 0 where it is not, or needs none
    exact       everything is labelled, so that the outcome is no inference
    gain        on these tickets, positive where the candidate is better; undefined with few labels
    change      the same on other tickets like these
    gate        whether a loss of the margin is excluded, or shown
    gate_after  labels with which that was settled
    gained, lost, neither   labels that count, by whom they speak for
    """

    about: About
    margin: float
    n: int
    n_differ: int
    n_labelled: int
    outcome: Outcome
    after: int
    exact: bool
    gain: Estimate
    change: Change
    gate: NotWorse
    gate_after: int
    gained: int
    lost: int
    neither: int
    evidence: Evidence

    @property
    def settled(self) -> bool:
        """Whether labelling may stop."""
        return self.outcome != "cannot tell"


def label_verdict(log: LabelledLog, *, margin: float = MARGIN) -> LabelVerdict:
    """The verdict on a log, looked at after every label from the top; `margin` in its unit, > 0.

    better: E(gain <= 0) >= 40; worse: mirrored; no relevant difference: E(gain <= -margin) >= 40
    and mirrored, each at some time. Whichever comes first stays. Gate: pass where E(gain <=
    -margin) >= 20, fail where E(gain >= 0) >= 20 and the loss seen then is above the margin. Every
    look is counted, so how labels come in batches changes nothing. Once the whole log is labelled
    its gain is known and decides. No tickets: cannot tell.
    """
    runs = _Runs.of(log, margin)
    outcome, after = _outcome(runs)
    gate, gate_after = _gate(runs, log, margin)
    if log.exact and log.n:
        known = said_by(Interval(log.seen, log.seen), margin=margin)
        outcome, after = known, after if known == outcome else log.n_differ
        gate_known = _exact_gate(log.seen, margin)
        gate, gate_after = gate_known, gate_after if gate_known == gate else log.n_differ
    x = log.labelled
    return LabelVerdict(
        about=log.about,
        margin=margin,
        n=log.n,
        n_differ=log.n_differ,
        n_labelled=log.n_labelled,
        outcome=outcome,
        after=after,
        exact=log.exact,
        gain=of_log(log),
        change=of_tickets(log),
        gate=gate,
        gate_after=gate_after,
        gained=int((x > 0).sum()),
        lost=int((x < 0).sum()),
        neither=int((x == 0).sum()),
        evidence=runs.evidence,
    )


def settled_after(log: LabelledLog, *, margin: float = MARGIN) -> float:
    """Labels from the top with which the outcome is settled; infinite where it is not.

    As in `label_verdict`: all of them at the latest where the log is exact then.
    """
    outcome, after = _outcome(_Runs.of(log, margin))
    if outcome != "cannot tell":
        return after
    return log.n_differ if log.exact else math.inf


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """The largest log evidence up to each look, for each statement."""

    better: FloatArray
    worse: FloatArray
    no_loss: FloatArray
    no_gain: FloatArray

    @classmethod
    def of(cls, log: LabelledLog, margin: float) -> _Runs:
        gained = tally(log.gains[: log.from_top] / log.most, log.looks)
        lost, least = gained.mirrored(), margin / log.most

        def most(of: Tally, null: float) -> FloatArray:
            return np.asarray(np.maximum.accumulate(log_evidence(of, null)))

        return cls(most(gained, 0.0), most(lost, 0.0), most(gained, -least), most(lost, -least))

    @property
    def evidence(self) -> Evidence:
        ends = (self.better[-1], self.worse[-1], self.no_loss[-1], self.no_gain[-1])
        better, worse, no_loss, no_gain = (min(1.0, math.exp(-end)) for end in ends)
        return Evidence(better, worse, no_loss, no_gain)


def _first(marks: BoolArray) -> int:
    """The first look at which something holds; one beyond the last where it never does."""
    return int(np.argmax(marks)) if marks.any() else len(marks)


def _outcome(runs: _Runs) -> tuple[Outcome, int]:
    never = len(runs.better)
    when: dict[Outcome, int] = {
        "better": _first(runs.better >= SURE),
        "worse": _first(runs.worse >= SURE),
        "no relevant difference": _first(np.minimum(runs.no_loss, runs.no_gain) >= SURE),
    }
    outcome = min(when, key=lambda each: when[each])
    return ("cannot tell", 0) if when[outcome] == never else (outcome, when[outcome])


def _gate(runs: _Runs, log: LabelledLog, margin: float) -> tuple[NotWorse, int]:
    never = len(runs.worse)
    passes = _first(runs.no_loss >= SURE_OF_ONE)
    fails = _first((runs.worse >= SURE_OF_ONE) & _loss_seen(log, margin))
    if min(passes, fails) == never:
        return "inconclusive", 0
    return ("pass", passes) if passes <= fails else ("fail", fails)


def _loss_seen(log: LabelledLog, margin: float) -> BoolArray:
    """At each look, whether the loss seen is above the margin."""
    known = float(log.gains[~log.differs].sum())
    x = np.cumsum(log.labelled)
    seen = (known + log.n_differ * x / np.arange(1, len(x) + 1)) / max(log.n, 1)
    return np.array([False, *(exceeds(-float(each), margin) for each in seen)])


def _exact_gate(gain: float, margin: float) -> NotWorse:
    if exceeds(-gain, margin):
        return "fail"
    return "pass" if gain > -margin else "inconclusive"

"""Decisions that were logged, as arrays: what they tell of a log as a whole and of each period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import OUTCOMES, Policy
from ticketbench.core.types import BoolArray, FloatArray, IntArray, Value
from ticketbench.measure.drift.cutoff import NaturalCutoff, natural_cutoff
from ticketbench.measure.drift.labels import LabelScores, ScoreSpread, label_scores, score_spread

UNKNOWN = -1
"""In place of a top label, outcome or period that nobody knows."""

MOST_TO_READ = 10
_PER_LABEL = 5


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """n decisions in the order of the files; empty texts where nothing was logged.

    labels   the names that `top` is an index of
    top      index of the top label; UNKNOWN where there was no answer
    score    raw top score; NaN where there was no answer
    outcome  index in core.policy.OUTCOMES; UNKNOWN where neither log nor policy says
    reasons  why it was not routed
    models   the model that answered; None where none is named
    periods  names of the periods in order of time; `period` is an index of them
    days     how many days each period has in this log, from its first to its last decision
    """

    labels: tuple[str, ...]
    ids: tuple[str, ...]
    top: IntArray
    score: FloatArray
    outcome: IntArray
    reasons: tuple[str, ...]
    models: tuple[str | None, ...]
    period: IntArray
    periods: tuple[str, ...]
    days: tuple[float, ...]

    @property
    def scored(self) -> BoolArray:
        """Which decisions had an answer."""
        return np.asarray(self.top != UNKNOWN)

    def rows(self, keep: BoolArray) -> Log:
        """The decisions in `keep`; labels and periods stay."""
        at = np.flatnonzero(keep).tolist()
        return Log(
            self.labels,
            tuple(self.ids[i] for i in at),
            self.top[keep],
            self.score[keep],
            self.outcome[keep],
            tuple(self.reasons[i] for i in at),
            tuple(self.models[i] for i in at),
            self.period[keep],
            self.periods,
            self.days,
        )


@dataclass(frozen=True, slots=True)
class Count:
    """How often a reason, an outcome or a model was seen; a model without a name is called null."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class ToRead:
    """A decision to read: its ticket, its top label and raw score."""

    ticket_id: str
    label: str
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Counted(Value):
    """What a log, or one period of it, holds.

    name      of the period; empty for the whole log
    n         decisions; n_failed of them without an answer, counted by reason in `failures`
    outcomes  of those with a known one, in the order of core.policy.OUTCOMES
    models    among those with an answer, the commonest first
    spread    quartiles of the top score, and `by_label` the same for each top label
    """

    name: str
    n: int
    n_failed: int
    failures: tuple[Count, ...]
    outcomes: tuple[Count, ...]
    models: tuple[Count, ...]
    spread: ScoreSpread
    by_label: tuple[ScoreSpread, ...]
    days: float

    @property
    def failed_share(self) -> float:
        """Failed / n; 0 for no decisions."""
        return self.n_failed / self.n if self.n else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Described(Value):
    """A log without anything to hold it against.

    labels   how each top label scores, in the order of the log
    cutoff   where its scores fall into two groups, or why nowhere
    to_read  the lowest scores of the labels that score low, else of all
    """

    whole: Counted
    periods: tuple[Counted, ...]
    labels: tuple[LabelScores, ...]
    cutoff: NaturalCutoff
    to_read: tuple[ToRead, ...]


def described(log: Log, policy: Policy) -> Described:
    """Everything that a log tells alone; `policy` has the thresholds that low is meant by."""
    scored = log.scored
    labels = label_scores(log.labels, log.top[scored], log.score[scored], policy)
    return Described(
        whole=counted(log),
        periods=tuple(by_period(log)),
        labels=labels,
        cutoff=natural_cutoff(log.score[scored]),
        to_read=_to_read(log, [one.label for one in labels if one.low]),
    )


def by_period(log: Log) -> list[Counted]:
    """Each period counted, in order of time; decisions without a time are in none."""
    return [
        counted(log.rows(log.period == i), name=name, days=log.days[i])
        for i, name in enumerate(log.periods)
    ]


def counted(log: Log, *, name: str = "", days: float | None = None) -> Counted:
    """The counts and quartiles of a log; `days` without a value is the sum of its periods."""
    scored = log.scored
    score, top = log.score[scored], log.top[scored]
    named = ["null" if m is None else m for m, has in zip(log.models, scored, strict=True) if has]
    return Counted(
        name=name,
        n=len(log.top),
        n_failed=int((~scored).sum()),
        failures=_counts([r for r, has in zip(log.reasons, scored, strict=True) if not has]),
        outcomes=tuple(Count(o, int((log.outcome == i).sum())) for i, o in enumerate(OUTCOMES)),
        models=_counts(named),
        spread=score_spread(score),
        by_label=tuple(score_spread(score[top == i]) for i in range(len(log.labels))),
        days=sum(log.days) if days is None else days,
    )


def _counts(names: Sequence[str]) -> tuple[Count, ...]:
    """Equal names counted, the commonest first; ties by name."""
    ordered = sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(name, n) for name, n in ordered)


def _to_read(log: Log, low: Sequence[str]) -> tuple[ToRead, ...]:
    """At most ten that have an id, the lowest first; ties in the order of the log."""
    known = np.array([bool(name) for name in log.ids], dtype=np.bool_) & log.scored
    wanted = [log.labels.index(label) for label in low] or [UNKNOWN]
    found: list[int] = []
    for label in wanted:
        rows = np.flatnonzero(known if label == UNKNOWN else known & (log.top == label))
        most = MOST_TO_READ if label == UNKNOWN else _PER_LABEL
        found += rows[np.argsort(log.score[rows], kind="stable")][:most].tolist()
    return tuple(ToRead(log.ids[i], log.labels[log.top[i]], float(log.score[i])) for i in found)[
        :MOST_TO_READ
    ]

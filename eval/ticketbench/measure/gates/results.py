"""How gates came out: a class for each kind of gate, and the report of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ticketbench.core.types import Estimate, Finding, Value
from ticketbench.measure.kinds import LabelMetric, Metric

if TYPE_CHECKING:
    from ticketbench.measure.compare import Comparison, Flip
    from ticketbench.measure.evaluation import Evaluation
    from ticketbench.measure.gates.completeness import Answered
    from ticketbench.measure.gates.rule import Undecided
    from ticketbench.measure.results import DatasetSummary
    from ticketbench.measure.rubrics.changes import RubricChange

Judgement = Literal["pass", "fail", "inconclusive", "skipped"]
Bound = Literal["value", "low", "high"]


@dataclass(frozen=True, slots=True)
class JudgedMetric:
    """What a gate is about: a metric by name and title, and its label if it is about one."""

    name: str
    title: str
    higher_is_better: bool
    share: bool
    label: str | None

    @classmethod
    def of(cls, metric: Metric, label: str) -> JudgedMetric:
        """`metric`, about `label` if it is one of labels."""
        return cls(
            name=metric.name,
            title=metric.title,
            higher_is_better=metric.higher_is_better,
            share=metric.share,
            label=label if isinstance(metric, LabelMetric) else None,
        )


@dataclass(frozen=True, slots=True)
class WrongTicket:
    """A ticket that makes a gate fail, and what is wrong with it in a few words."""

    ticket_id: str
    what: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Limit(Value):
    """A metric, or an end of its interval, within limits.

    number      the gate's place in the config, from 0
    n           tickets the judgement rests on
    bound       which end of `value` the limits are about
    minimum, maximum  the limits; NaN where there is none
    n_needed    about how many tickets would settle it; 0 when it is settled or unknown
    reason      where the interval comes from, or why there is no judgement
    """

    kind: Literal["limit"] = "limit"
    number: int
    rubric_set: str
    outcome: Judgement
    n: int
    metric: JudgedMetric
    value: Estimate
    bound: Bound
    minimum: float
    maximum: float
    n_needed: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NotWorse(Value):
    """A metric at worst a margin worse than on another side, tickets paired.

    number      the gate's place in the config, from 0
    n           paired tickets the judgement rests on
    value       the metric now, over all its tickets
    against     what it must not be worse than: the baseline or another rubric set
    base, candidate  the metric there and now, on the paired tickets
    change      candidate minus base with its two one-sided 95 % bounds
    margin      the loss that is allowed
    primary     whether the loss seen is enough to fail
    loss_seen   0 for none; NaN where there is no change to see
    loss_shown  whether the change alone shows that there is a loss
    loss_left   the largest loss that is not excluded; 0 for none, NaN without bounds
    n_needed    about how many tickets would settle it; 0 when it is settled, unknown, or the loss
                seen is so near the margin that more tickets seldom would
    reason      where the bounds come from, or why there is no judgement
    """

    kind: Literal["not worse"] = "not worse"
    number: int
    rubric_set: str
    outcome: Judgement
    n: int
    metric: JudgedMetric
    value: Estimate
    against: str
    base: float
    candidate: float
    change: Estimate
    margin: float
    primary: bool
    loss_seen: float
    loss_shown: bool
    loss_left: float
    n_needed: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MustPass:
    """`n` tickets that must be right; `tickets` are those that are wrong or have no answer."""

    kind: Literal["must pass"] = "must pass"
    number: int
    rubric_set: str
    outcome: Literal["pass", "fail"]
    n: int
    tickets: tuple[WrongTicket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """The `n` tickets of the baseline are all there; what is gone, tickets by hash and labels.

    Every baseline demands it, so it has no place in the config.
    """

    kind: Literal["complete"] = "complete"
    rubric_set: str
    outcome: Literal["pass", "fail"]
    n: int
    tickets: tuple[WrongTicket, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The `n` tickets that were there under the rules of before still are, with their texts, and
    with the answers that were recorded then; `tickets` are the others.

    Demanded where gates are judged by the rules of before, which are those of the commit or folder
    `at`, so it has no place in the config.
    """

    kind: Literal["kept"] = "kept"
    rubric_set: str
    at: str
    outcome: Literal["pass", "fail"]
    n: int
    tickets: tuple[WrongTicket, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class OnFresh(Value):
    """A release on fresh tickets that loses less than a budget against the pin.

    outcome     inconclusive until all of `n_wanted` labels are there, and looked at only then
    n           fresh tickets, of which `n_differ` have other answers than the pin
    n_labelled  labels from the top, at most n_wanted
    against     the rubric set that was pinned
    gained, lost  labels that count, by whom they speak for
    change      release minus pin in accuracy on tickets like these, its ends one-sided bounds at
                `confidence` of both sides together; undefined until it is looked at
    loss_left   the largest loss that is not excluded; 0 for none, NaN until it is looked at
    look        which of the `planned` releases since the pin this is, from 1
    noted       whether the ledger has this look
    n_needed    about how many fresh tickets let a release as good as the pin ship in 85 of 100, and
                `n_labels_needed` of them to label: by what was turned, or before that by what
                differs
    """

    kind: Literal["on fresh"] = "on fresh"
    rubric_set: str
    outcome: Literal["pass", "fail", "inconclusive"]
    n: int
    n_differ: int
    n_wanted: int
    n_labelled: int
    against: str
    gained: int
    lost: int
    change: Estimate
    confidence: float
    loss_left: float
    budget: float
    planned: int
    look: int
    noted: bool
    n_needed: int
    n_labels_needed: int


GateResult = Limit | NotWorse | MustPass | Complete | Kept | OnFresh
"""One gate and how it came out; readers `match` its kind."""


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
class RuleChange:
    """One thing of the rules that is otherwise now than it was.

    what           what it is, in words
    before, after  as a config writes it; empty where there was or is none
    tickets        the ids it is about; empty where it is about none
    """

    what: str
    before: str = ""
    after: str = ""
    tickets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of before, by which gates were judged in place of those that stand now.

    name       of the commit or folder that they are from
    commit     40 hex digits or more; empty for a folder
    first      whether there were no gates then, so that those of now decided
    changes    what is otherwise now
    own        how the gates come out by the rules of now; empty where that was not judged
    n_answers  stored answers that the judgement rests on, and `n_new` that were not recorded then
    n_gone     questions of now that had a recorded answer then, and have none any more
    """

    name: str
    commit: str
    first: bool
    changes: tuple[RuleChange, ...] = ()
    own: tuple[GateResult, ...] = ()
    n_answers: int = 0
    n_new: int = 0
    n_gone: int = 0


@dataclass(frozen=True, slots=True)
class GateReport:
    """Everything a gate run found. Without enough answers there is neither result nor comparison.

    allowed    how many answers may fail, over all gated rubric sets
    undecided  the rule that the gates were judged by
    findings   what is worth knowing before the results are trusted
    rules      of before, where these decided
    """

    name: str
    dataset: DatasetSummary
    answered: tuple[Answered, ...]
    allowed: int
    undecided: Undecided
    results: tuple[GateResult, ...]
    evaluations: tuple[Evaluation, ...]
    comparisons: tuple[Against, ...]
    findings: tuple[Finding, ...] = ()
    rules: Rules | None = None

    @property
    def complete(self) -> bool:
        """Whether no more answers are missing or failed than are allowed; accepted refusals are
        none of them.
        """
        return sum(one.n_failed - one.n_accepted for one in self.answered) <= self.allowed

    @property
    def only_refused(self) -> bool:
        """Whether all that has no answer was refused: asking again may change nothing."""
        return all(one.n_failed == one.n_refused for one in self.answered)

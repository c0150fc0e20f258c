"""Is the candidate better than the base on the same tickets? Paired differences and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Literal

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.types import (
    NONE,
    BoolArray,
    Estimate,
    IntArray,
    Known,
    ScoreTable,
    Value,
    least_known,
)
from ticketbench.measure.kinds import NOT_COMPARED
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import (
    MetricChange,
    label_changes,
    metric_change,
    metric_changes,
)
from ticketbench.measure.pairs.coverage_at_target import coverage_at_target
from ticketbench.measure.pairs.fragility import Fragility, fragility
from ticketbench.measure.pairs.marginal_shift import MarginalShift, marginal_shift
from ticketbench.measure.pairs.pairing import Judged, Pair, judged, paired, paired_rows
from ticketbench.measure.pairs.verdict import MARGIN, Verdict, verdict
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.sign_flip import shown_p


@dataclass(frozen=True, slots=True)
class Contingency:
    """Tickets by which of the two rubric sets is right."""

    both: int
    only_base: int
    only_candidate: int
    neither: int

    @property
    def turned(self) -> int:
        """Tickets that exactly one set gets right."""
        return self.only_base + self.only_candidate


@dataclass(frozen=True, slots=True)
class Flip:
    """A ticket that one set gets right and the other wrong, or that is wrong in both."""

    kind: Literal["fixed", "broken", "still wrong"]
    ticket_id: str
    gold: str
    base_label: str
    base_score: float
    candidate_label: str
    candidate_score: float

    @property
    def wrong_score(self) -> float:
        """The score of the wrong answer; where both are wrong, of the candidate's."""
        return self.base_score if self.kind == "fixed" else self.candidate_score


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Value):
    """Two rubric sets on the tickets that both scored; `unpaired` were scored by one only.

    verdict           what the change of the accuracy allows to say
    fragility         how many wrong labels would make it another one
    differences       every metric that is about no label; `label_differences` every label metric
                      of each gold label
    mcnemar_midp      for reference; it ignores groups: with several tickets a group it is too small
    sign_flip_p       for reference, exact, where at most 40 groups differ; else NaN
    marginal_shift    whether the mix of top labels differs, over all tickets both sets scored
    known             what is known of each answer on both sides; what needs more is NaN
    in_both           answers that both have, where others were left out; 0: there were no others
    n_asked           tickets behind the answers, where each was asked more than once; else 0
    """

    base: str
    candidate: str
    n_paired: int
    n_groups: int
    unpaired: int
    contingency: Contingency
    verdict: Verdict
    fragility: Fragility
    differences: tuple[MetricChange, ...]
    mcnemar_midp: float
    flips: tuple[Flip, ...]
    sign_flip_p: float
    label_differences: tuple[MetricChange, ...]
    marginal_shift: MarginalShift
    known: Known = "every score"
    in_both: int = 0
    n_asked: int = 0

    def __repr__(self) -> str:
        """Short, for a failed assertion."""
        return f"{self.candidate} - {self.base}: {self.accuracy!r}, {self.verdict.outcome}"

    @property
    def listed(self) -> bool:
        """Whether `flips` lists the tickets that turned; of a dataset in parts they are counted."""
        return bool(self.flips) or not self.contingency.turned

    @property
    def n_broken(self) -> int:
        """Tickets that the candidate alone has wrong, listed or counted."""
        return self._n("broken") if self.listed else self.contingency.only_base

    @property
    def n_fixed(self) -> int:
        """Tickets that the base alone has wrong, listed or counted."""
        return self._n("fixed") if self.listed else self.contingency.only_candidate

    def _n(self, kind: str) -> int:
        return sum(flip.kind == kind for flip in self.flips)

    def metric(self, name: str) -> Estimate:
        """Candidate minus base of the metric called `name`; InputError when there is none."""
        return self.change(name).difference

    def change(self, name: str) -> MetricChange:
        """The metric called `name` on both sides; InputError when there is none."""
        for found in self.differences:
            if found.name == name:
                return found
        known = [found.name for found in self.differences]
        if name in NOT_COMPARED:
            help_ = f"an evaluation shows it; compared are {', '.join(known)}"
            raise InputError(f"{name} cannot be compared yet", help=help_)
        raise InputError(f"no difference is called {quoted(name)}", help=suggestion(name, known))

    @property
    def accuracy(self) -> Estimate:
        """Candidate minus base, with the interval that the verdict rests on."""
        return self.verdict.difference

    def recall(self, label: str) -> Estimate:
        """Candidate minus base of the recall of `label`; InputError when there is no such label."""
        recalls = self.of_labels("recall")
        for found in recalls:
            if found.label == label:
                return found.difference
        known = [found.label for found in recalls]
        raise InputError(f"no label is called {quoted(label)}", help=suggestion(label, known))

    def of_labels(self, metric: str) -> tuple[MetricChange, ...]:
        """The changes of one label metric, a gold label each."""
        return tuple(found for found in self.label_differences if found.name == metric)


def compare(
    base: ScoreTable,
    candidate: ScoreTable,
    *,
    margin: float = MARGIN,
    seed: int = 0,
    min_precision: float | None = None,
    policy: Policy | None = None,
    costs: Costs | None = None,
    outcomes: tuple[IntArray, IntArray] | None = None,
    missed: tuple[BoolArray | None, BoolArray | None] = (None, None),
) -> Comparison:
    """Compare two score tables of one dataset over tickets whose gold is a label.

    Different datasets raise InputError. A gold label that one of the sets lacks counts as wrong
    for that set. `min_precision` adds the coverage at that share right to the differences, with
    the tickets that `policy` escalates never routed. `policy`, or the `outcomes` of both tables
    instead, add coverage and precision, with `costs` the cost per ticket; with the outcomes come
    the tickets whose escalation is `missed`.
    """
    if base.provenance.dataset_fingerprint != candidate.provenance.dataset_fingerprint:
        raise InputError(
            "the two tables come from different datasets",
            help="compare rubric sets on the same tickets",
        )
    pair = _sides(base, candidate, policy or Policy())
    if outcomes is not None:
        sides = (Judged(*of) for of in zip((base, candidate), outcomes, missed, strict=True))
        pair = paired(*sides)
    a, b = (side.table.labelled() for side in pair)
    decided = outcomes is not None or policy is not None
    differences = metric_changes(pair, costs=costs, routed=decided)
    if min_precision is not None:
        differences += (coverage_at_target(pair, min_precision, policy or Policy(), seed=seed),)
    n_base, n_candidate = (int((t.truth != NONE).sum()) for t in (base, candidate))
    contingency = _contingency(a, b)
    change = metric_change(METRICS.get("accuracy"), pair).change
    return Comparison(
        base=base.provenance.rubric_set,
        candidate=candidate.provenance.rubric_set,
        n_paired=a.n_scored,
        n_groups=a.n_groups,
        unpaired=n_base + n_candidate - 2 * a.n_scored,
        contingency=contingency,
        verdict=verdict(change, margin=margin),
        fragility=fragility(change, a.right, b.right, a.groups, margin=margin),
        differences=differences,
        mcnemar_midp=mcnemar_midp(contingency.only_base, contingency.only_candidate),
        flips=_flips(a, b),
        sign_flip_p=shown_p(b.right.astype(np.float64) - a.right.astype(np.float64), a.groups),
        label_differences=label_changes(pair, routed=decided),
        marginal_shift=_marginal_shift(*pair, seed=seed),
        known=least_known(a.known, b.known),
        n_asked=0 if a.repeats is None else a.n_tickets,
    )


def read_at(
    found: Comparison, base: ScoreTable, candidate: ScoreTable, told: Verdict
) -> Comparison:
    """The comparison of two tables with another verdict, such as that on one of many candidates."""
    before = found.verdict
    if (told.margin, told.confidence) == (before.margin, before.confidence):
        return replace(found, verdict=told)
    a, b = paired_rows(base, candidate)
    change = found.change("accuracy").change
    rests_on = fragility(
        change, a.right, b.right, a.groups, margin=told.margin, confidence=told.confidence
    )
    return replace(found, verdict=told, fragility=rests_on)


def _sides(base: ScoreTable, candidate: ScoreTable, policy: Policy) -> Pair:
    """Both tables with the outcomes that the policy decides."""
    return paired(judged(base, policy), judged(candidate, policy))


def mcnemar_exact(only_base: int, only_candidate: int) -> float:
    """Two-sided p of McNemar's exact test, the binomial of the changed tickets; 1 when equal.

    It ignores groups.
    """
    n, fewer = only_base + only_candidate, min(only_base, only_candidate)
    if only_base == only_candidate:
        return 1.0
    return min(1.0, 2 * float(special.bdtr(fewer, n, 0.5)))


def mcnemar_midp(only_base: int, only_candidate: int) -> float:
    """Two-sided mid-p value of McNemar's test (Fagerland et al. 2013); 1 when both are equal.

    Exact binomial p minus the probability of the observed split. It ignores groups.
    """
    n, fewer = only_base + only_candidate, min(only_base, only_candidate)
    if only_base == only_candidate:
        return 1.0
    ways = math.lgamma(n + 1) - math.lgamma(fewer + 1) - math.lgamma(n - fewer + 1)
    return mcnemar_exact(only_base, only_candidate) - math.exp(ways - n * math.log(2))


def _marginal_shift(base: Judged, candidate: Judged, *, seed: int) -> MarginalShift:
    a, b = base.table, candidate.table
    numbers = {label: i for i, label in enumerate(dict.fromkeys((*a.labels, *b.labels)))}
    tops: list[IntArray] = []
    for table in (a, b):
        number = np.array([numbers[label] for label in table.labels], dtype=np.int64)
        tops.append(number[table.top])
    return marginal_shift(tops[0], tops[1], a.groups, seed=seed)


def _contingency(a: ScoreTable, b: ScoreTable) -> Contingency:
    return Contingency(
        both=int((a.right & b.right).sum()),
        only_base=int((a.right & ~b.right).sum()),
        only_candidate=int((~a.right & b.right).sum()),
        neither=int((~a.right & ~b.right).sum()),
    )


def _flips(a: ScoreTable, b: ScoreTable) -> tuple[Flip, ...]:
    """Broken tickets first, each kind by confidence of the wrong answer, highest first."""
    broken = _flips_of("broken", a, b, a.right & ~b.right)
    return (*broken, *_flips_of("fixed", a, b, ~a.right & b.right))


def still_wrong(base: ScoreTable, candidate: ScoreTable) -> tuple[Flip, ...]:
    """The tickets with a gold label that both sets get wrong, most confidently wrong first."""
    a, b = paired_rows(base, candidate)
    return tuple(_flips_of("still wrong", a, b, ~a.right & ~b.right))


_Kind = Literal["fixed", "broken", "still wrong"]


def _flips_of(kind: _Kind, a: ScoreTable, b: ScoreTable, which: BoolArray) -> list[Flip]:
    """The tickets `which`, most confidently wrong first."""
    rows = np.flatnonzero(which)
    flips = map(
        Flip,
        repeat(kind),
        map(a.ids.__getitem__, rows.tolist()),
        map(a.gold_labels.__getitem__, a.truth[rows].tolist()),
        map(a.labels.__getitem__, a.top[rows].tolist()),
        a.top_score[rows].tolist(),
        map(b.labels.__getitem__, b.top[rows].tolist()),
        b.top_score[rows].tolist(),
    )
    return sorted(flips, key=_by_harm)


def _by_harm(flip: Flip) -> tuple[float, str]:
    known = 0.0 if math.isnan(flip.wrong_score) else flip.wrong_score
    return -known, flip.ticket_id

"""Which of several rubric sets to use: verdicts that know of each other, one set that wins or none.

Of many candidates that are all as good as the first set one looks better by luck. So "better" is
decided by Holm's procedure over the candidates, the winner by the same over all pairs of those
found better, and the gain of the best is told with the interval that holds for the best of k.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ticketbench.core.policy import Policy
from ticketbench.core.types import Estimate, ScoreTable, Value
from ticketbench.measure.compare import Comparison, read_at
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.pairing import judged, paired
from ticketbench.measure.pairs.verdict import MARGIN, Verdict, difference_of, verdict
from ticketbench.measure.statistics.holm import LEVEL, holm, holm_levels

ChangeOf = Callable[[str, str], Change]
"""The accuracy of a set, named second, minus that of another."""

FEWEST_SHRUNK = 4
"""With fewer candidates nobody knows how far their gains lie apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Gain(Value):
    """What one of k candidates adds to the accuracy of the first set.

    seen        with an interval that holds for the one that looks best, too
    confidence  of that interval: 1 - 5 %/k (Bonferroni)
    expected    the seen gain drawn towards the mean of all candidates, from four on; else NaN
    """

    rubric_set: str
    seen: Estimate
    confidence: float
    expected: float


@dataclass(frozen=True, slots=True, eq=False)
class PairVerdict(Value):
    """What the accuracies of two rubric sets allow to say about the candidate."""

    base: str
    candidate: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Standing(Value):
    """How the rubric sets of a run stand to each other.

    leaders  found better than the first set and beaten by no other of these, best seen first: one
             is the winner, several cannot be told apart, none leaves the first set in place
    gains    of every candidate, in config order
    pairs    of all sets: each candidate with the first set, those found better, the others; p and
             level of a verdict are adjusted within its kind (Holm 1979)
    """

    leaders: tuple[str, ...]
    gains: tuple[Gain, ...]
    pairs: tuple[PairVerdict, ...]

    def gain(self, rubric_set: str) -> Gain:
        """The gain of one candidate; KeyError when there is none of that name."""
        return {one.rubric_set: one for one in self.gains}[rubric_set]

    def pair(self, first: str, second: str) -> Verdict:
        """The verdict on two sets, whichever of them is the candidate."""
        return {frozenset((one.base, one.candidate)): one.verdict for one in self.pairs}[
            frozenset((first, second))
        ]

    def beats(self, first: str, second: str) -> bool:
        """Whether the accuracy of the set `first` is found better than that of `second`."""
        forwards, backwards = (first, second, "worse"), (second, first, "better")
        told = ((one.base, one.candidate, one.verdict.outcome) for one in self.pairs)
        return any(one in (forwards, backwards) for one in told)


def verdicts(changes: Sequence[Change], *, margin: float = MARGIN) -> tuple[Verdict, ...]:
    """The verdict on each of several changes of the accuracy, told at once.

    Each is read at the level of its step in Holm's procedure: it says better or worse exactly where
    its interval excludes 0 and its adjusted p is below 5 %. One change: as if it were alone.
    """
    p = [change.p() for change in changes]
    return tuple(
        verdict(change, margin=margin, confidence=1 - level, p=adjusted)
        for change, level, adjusted in zip(changes, holm_levels(p), holm(p), strict=True)
    )


def read_together(
    tables: Sequence[ScoreTable], comparisons: Sequence[Comparison]
) -> tuple[Comparison, ...]:
    """The comparisons of k candidates with the first table, their verdicts read together."""
    if len(comparisons) < 2:
        return tuple(comparisons)
    found = verdicts([one.change("accuracy").change for one in comparisons])
    return tuple(
        read_at(c, tables[0], table, v)
        for c, table, v in zip(comparisons, tables[1:], found, strict=True)
    )


def gains(names: Sequence[str], changes: Sequence[Change]) -> tuple[Gain, ...]:
    """The gain of each candidate over one base, for k candidates called `names`.

    Expected is mean + max(0, 1 - mean(SE²)/var(gains)) · (gain - mean) over the defined changes
    (empirical Bayes; Efron & Morris 1975): as far as chance alone would spread k equal candidates,
    the gains are drawn together.
    """
    confidence = 1 - LEVEL / max(1, len(changes))
    known = [change for change in changes if change.defined]
    mean, kept = math.nan, math.nan
    if len(known) >= FEWEST_SHRUNK:
        seen = np.array([change.value for change in known])
        mean, spread = float(seen.mean()), float(seen.var(ddof=1))
        by_chance = float(np.mean([change.se**2 for change in known]))
        kept = max(0.0, 1 - by_chance / spread) if spread > 0 else 0.0
    return tuple(
        Gain(name, difference_of(c, confidence=confidence), confidence,
             mean + kept * (c.value - mean) if c.defined else math.nan)
        for name, c in zip(names, changes, strict=True)
    )  # fmt: skip


def standing(
    tables: Sequence[ScoreTable], comparisons: Sequence[Comparison], *, policy: Policy
) -> Standing:
    """How the sets of `tables` stand; `comparisons` with the first of them, read together."""
    sides = {table.provenance.rubric_set: judged(table, policy) for table in tables[1:]}
    accuracy = METRICS.get("accuracy")

    def change(base: str, candidate: str) -> Change:
        return metric_change(accuracy, paired(sides[base], sides[candidate])).change

    return standing_by(comparisons, change)


def standing_by(comparisons: Sequence[Comparison], change: ChangeOf) -> Standing:
    """The same where `change` tells the accuracy of the candidate named second minus the first."""
    names = [c.candidate for c in comparisons]
    better = [c.candidate for c in comparisons if c.verdict.outcome == "better"]
    with_first = tuple(PairVerdict(c.base, c.candidate, c.verdict) for c in comparisons)
    among, others = _candidate_pairs(names, better, change)
    won = gains(names, [c.change("accuracy").change for c in comparisons])
    seen = {gain.rubric_set: gain.seen.value for gain in won}
    leaders = sorted(unbeaten(better, among), key=lambda name: -seen[name])
    return Standing(tuple(leaders), won, (*with_first, *among, *others))


def unbeaten(names: Sequence[str], pairs: Sequence[PairVerdict]) -> tuple[str, ...]:
    """Those of `names` that no other one beats in `pairs`; all where they beat in a circle.

    Each pair rests on the tickets that both scored, so with answers missing a circle may occur.
    """
    beaten = {p.base for p in pairs if p.verdict.outcome == "better"}
    beaten |= {p.candidate for p in pairs if p.verdict.outcome == "worse"}
    return tuple(name for name in names if name not in beaten) or tuple(names)


def _candidate_pairs(
    names: Sequence[str], better: Sequence[str], change: ChangeOf
) -> tuple[tuple[PairVerdict, ...], tuple[PairVerdict, ...]]:
    """Every pair of candidates: those of sets found better, and the others."""
    among: list[tuple[str, str, Change]] = []
    others: list[tuple[str, str, Change]] = []
    for base, candidate in combinations(names, 2):
        kind = among if base in better and candidate in better else others
        kind.append((base, candidate, change(base, candidate)))
    return _read(among), _read(others)


def _read(pairs: Sequence[tuple[str, str, Change]]) -> tuple[PairVerdict, ...]:
    found = verdicts([change for _, _, change in pairs])
    return tuple(
        PairVerdict(base, candidate, of)
        for (base, candidate, _), of in zip(pairs, found, strict=True)
    )

"""Is the candidate better than the base on the same tickets? Paired differences and a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse, special

from ticketbench.core.errors import InputError
from ticketbench.core.types import NONE, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure import resampling
from ticketbench.measure.intervals import ONE_UNIT, clipped, clustered_mean
from ticketbench.measure.metrics import METRICS, Metric
from ticketbench.measure.verdict import MARGIN, Verdict, verdict


@dataclass(frozen=True, slots=True)
class Contingency:
    """Tickets by which of the two rubric sets is right."""

    both: int
    only_base: int
    only_candidate: int
    neither: int


@dataclass(frozen=True, slots=True, eq=False)
class Difference(Value):
    """A metric of both sets on the paired tickets, and candidate - base with its interval."""

    name: str
    title: str
    higher_is_better: bool
    share: bool
    base: float
    candidate: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Flip:
    """A ticket that one set gets right and the other wrong."""

    kind: Literal["fixed", "broken"]
    ticket_id: str
    gold: str
    base_label: str
    base_score: float
    candidate_label: str
    candidate_score: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two rubric sets on the tickets that both scored; `unpaired` were scored by one only."""

    base: str
    candidate: str
    n_paired: int
    n_groups: int
    unpaired: int
    contingency: Contingency
    verdict: Verdict
    differences: tuple[Difference, ...]
    mcnemar_midp: float
    flips: tuple[Flip, ...]


def compare(
    base: ScoreTable, candidate: ScoreTable, *, margin: float = MARGIN, seed: int = 0
) -> Comparison:
    """Compare two score tables of one dataset over tickets whose gold is a label.

    Different datasets raise InputError. A gold label that one of the sets lacks counts as wrong
    for that set.
    """
    if base.provenance.dataset_fingerprint != candidate.provenance.dataset_fingerprint:
        raise InputError(
            "the two tables come from different datasets",
            help="compare rubric sets on the same tickets",
        )
    scored = paired_rows(base, candidate, labelled=False)
    a, b = paired_rows(base, candidate)
    d = b.right.astype(float) - a.right.astype(float)
    clustered = clustered_mean(d, a.groups)
    contingency = _contingency(a, b)
    n_base, n_candidate = (int((t.truth != NONE).sum()) for t in (base, candidate))
    return Comparison(
        base=base.provenance.rubric_set,
        candidate=candidate.provenance.rubric_set,
        n_paired=len(d),
        n_groups=clustered.n_groups,
        unpaired=n_base + n_candidate - 2 * len(d),
        contingency=contingency,
        verdict=verdict(d, a.groups, identical=_identical(a, b), margin=margin),
        differences=tuple(_difference(m, a, b, scored, seed=seed) for m in METRICS),
        mcnemar_midp=mcnemar_midp(contingency.only_base, contingency.only_candidate),
        flips=_flips(a, b),
    )


def paired_rows(
    base: ScoreTable, candidate: ScoreTable, *, labelled: bool = True
) -> tuple[ScoreTable, ScoreTable]:
    """The rows of tickets that both tables scored, in base order.

    With `labelled` only those whose gold is a label.
    """
    position = {ticket: i for i, ticket in enumerate(candidate.ids)}
    pairs = [
        (i, position[ticket])
        for i, ticket in enumerate(base.ids)
        if ticket in position and not (labelled and base.truth[i] == NONE)
    ]
    left, right = (np.array([p[side] for p in pairs], dtype=np.int64) for side in (0, 1))
    return base.rows(left), candidate.rows(right)


def mcnemar_midp(only_base: int, only_candidate: int) -> float:
    """Two-sided mid-p value of McNemar's test (Fagerland et al. 2013); 1 when both are equal.

    Exact binomial p minus the probability of the observed split. It ignores groups.
    """
    n, fewer = only_base + only_candidate, min(only_base, only_candidate)
    if only_base == only_candidate:
        return 1.0
    ways = math.lgamma(n + 1) - math.lgamma(fewer + 1) - math.lgamma(n - fewer + 1)
    exact = min(1.0, 2 * float(special.bdtr(fewer, n, 0.5)))
    return exact - math.exp(ways - n * math.log(2))


def _identical(a: ScoreTable, b: ScoreTable) -> bool:
    """Whether both sets gave every paired ticket the same top label."""
    names = list(b.labels)
    known = [names.index(label) if label in names else NONE for label in a.labels]
    return bool(np.array_equal(np.array(known, dtype=np.int64)[a.top], b.top))


def _contingency(a: ScoreTable, b: ScoreTable) -> Contingency:
    return Contingency(
        both=int((a.right & b.right).sum()),
        only_base=int((a.right & ~b.right).sum()),
        only_candidate=int((~a.right & b.right).sum()),
        neither=int((~a.right & ~b.right).sum()),
    )


def _difference(
    metric: Metric,
    a: ScoreTable,
    b: ScoreTable,
    scored: tuple[ScoreTable, ScoreTable],
    *,
    seed: int,
) -> Difference:
    if metric.over == "scored":
        a, b = scored
    n = a.n_scored
    if n == 0:
        base = candidate = math.nan
        estimate = Estimate.undefined(0, "no paired tickets")
    elif metric.kind == "cell":
        base, candidate, estimate = _of_cells(metric, a, b, seed=seed)
    else:
        first, second = (metric.function(t.scores, t.truth) for t in (a, b))
        base, candidate = float(np.mean(first)), float(np.mean(second))
        if metric.kind == "ticket":
            ends = clustered_mean(second - first, a.groups).interval()
            method = "no interval" if math.isnan(ends.low) else "paired, cluster-robust t"
            estimate = Estimate(candidate - base, ends.low, ends.high, n, method)
        else:
            estimate = Estimate(candidate - base, math.nan, math.nan, n, "no interval")
    width = metric.high - metric.low
    return Difference(
        name=metric.name,
        title=metric.title,
        higher_is_better=metric.higher_is_better,
        share=metric.share,
        base=base,
        candidate=candidate,
        difference=clipped(estimate, -width, width),
    )


def _of_cells(
    metric: Metric, a: ScoreTable, b: ScoreTable, *, seed: int
) -> tuple[float, float, Estimate]:
    """Bootstrap over joint cells (gold, base top, candidate top): both sets keep their pairing."""
    names = tuple(dict.fromkeys((*a.gold_labels, *b.gold_labels)))
    r = len(names)
    of_b = np.array([names.index(label) for label in b.gold_labels], dtype=np.int64)
    joint = (a.truth * r + a.top) * r + of_b[b.top]
    drawn = resampling.units(joint, a.groups)
    gold = drawn.used // (r * r)
    to_base = _marginal(gold * r + drawn.used // r % r, r)
    to_candidate = _marginal(gold * r + drawn.used % r, r)

    def value(counts: FloatArray, marginal: sparse.csr_array) -> FloatArray:
        cells = np.asarray(counts @ marginal).reshape(*counts.shape[:-1], r, r)
        return np.asarray(metric.function(cells))

    def difference(counts: FloatArray) -> FloatArray:
        return value(counts, to_candidate) - value(counts, to_base)

    base, candidate = (float(value(drawn.observed, m)) for m in (to_base, to_candidate))
    ends = resampling.percentile_interval(drawn, difference, seed=seed)
    drawable = drawn.times.sum() > 1
    method = "paired percentile bootstrap, 2,000 resamples" if drawable else ONE_UNIT
    return base, candidate, Estimate(candidate - base, ends.low, ends.high, a.n_scored, method)


def _marginal(cell: IntArray, r: int) -> sparse.csr_array:
    """Matrix that adds the count of joint cell i to the count of `cell[i]` of R·R."""
    ones = np.ones(len(cell))
    return sparse.csr_array((ones, (np.arange(len(cell)), cell)), shape=(len(cell), r * r))


def _flips(a: ScoreTable, b: ScoreTable) -> tuple[Flip, ...]:
    """Broken tickets first, each kind by confidence of the wrong answer, highest first."""
    flips = []
    for i in np.flatnonzero(a.right != b.right):
        fixed = bool(b.right[i])
        flips.append(
            Flip(
                kind="fixed" if fixed else "broken",
                ticket_id=a.ids[i],
                gold=a.gold_labels[a.truth[i]],
                base_label=a.labels[a.top[i]],
                base_score=float(a.top_score[i]),
                candidate_label=b.labels[b.top[i]],
                candidate_score=float(b.top_score[i]),
            )
        )
    return tuple(sorted(flips, key=_by_harm))


def _by_harm(flip: Flip) -> tuple[bool, float, str]:
    wrong_score = flip.base_score if flip.kind == "fixed" else flip.candidate_score
    return flip.kind == "fixed", -wrong_score, flip.ticket_id

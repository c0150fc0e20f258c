"""Production has another mix of labels than the labelled sample: re-weight, or estimate the mix.

Everything here assumes that p(text | label) is the same in both: only the shares of the labels
moved, not what tickets of one label look like. Nothing in the numbers can confirm it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from ticketbench.core.types import Estimate, FloatArray, IntArray, Value
from ticketbench.measure.statistics.groups import effective_groups, group_index
from ticketbench.measure.statistics.intervals import (
    CONFIDENCE,
    FEWEST_DF,
    NEARLY_ONE,
    ONE_UNIT,
    UNDEFINED,
    Interval,
    wilson,
)

FEWEST_TICKETS = 300
"""With fewer, re-weighting adds more variance than the bias it takes away."""

_TOLERANCE = 1e-12
_MOST_ITERATIONS = 5000
_NONE = "no tickets"


@dataclass(frozen=True, slots=True, eq=False)
class MixWeights:
    """One weight per ticket, so that the weighted tickets have the target mix of labels.

    of_ticket    target share / sample share of the ticket's label, 0 for gold `__none__`; NaN for
                 all when labels are missing
    n_effective  (Σw)²/Σw² (Kish 1965), the number of equally weighted tickets that would do; NaN
                 when labels are missing
    missing      labels of the target mix without a ticket in the sample: nothing to weight up
    """

    of_ticket: FloatArray
    n_effective: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EstimatedMix(Value):
    """The mix of labels estimated from scores alone, in the order of the score columns.

    usable  converged on at least 300 tickets; otherwise not to be relied on
    """

    prior: tuple[float, ...]
    iterations: int
    n: int
    usable: bool


@dataclass(frozen=True, slots=True)
class _Weighted:
    """A weighted mean with its clustered standard errors and the tickets and groups it rests on."""

    mean: float
    n: int
    n_groups: int
    n_effective: float
    cr0: float
    df: float

    @property
    def cr1(self) -> float:
        return self.cr0 * math.sqrt(self.n_groups / (self.n_groups - 1))


def mix_weights(truth: IntArray, labels: Sequence[str], target: Sequence[float]) -> MixWeights:
    """Weights q_k/p_k that turn the sample's mix of labels p into the target mix q.

    `target` holds a share or a count per label, in the order of `labels`; it is divided by its
    sum. `truth` indexes `labels`; gold `__none__` (-1) gets weight 0 and counts in neither mix. A
    label of the target mix without a ticket leaves every weight undefined. No tickets: empty.
    """
    counts = np.bincount(truth[truth >= 0], minlength=len(labels)).astype(np.float64)
    q = np.asarray(target, dtype=np.float64)
    missing = tuple(
        label for label, n, share in zip(labels, counts, q, strict=True) if share > n == 0
    )
    total = float(q.sum())
    if missing or not total > 0:
        return MixWeights(np.full(len(truth), math.nan), math.nan, missing)
    per_label = q / total * counts.sum() / np.where(counts > 0, counts, 1.0)
    of_ticket = np.append(per_label, 0.0)[truth]  # NONE is -1: the last one
    return MixWeights(of_ticket, _kish(of_ticket), ())


def weighted_mean(values: ArrayLike, weights: MixWeights, groups: IntArray) -> Estimate:
    """Mean of per-ticket values at the target mix, with its cluster-robust t interval.

    Σwv/Σw; the standard error sums the linearised w·(v - mean)/Σw within groups (CR1; Särndal et
    al. 1992) and takes the weights as given. Tickets of weight 0 do not count. With equal weights
    it is `intervals.mean`. Undefined weights: NaN, and the method names the missing labels.
    """
    found = _weighted(values, weights, groups)
    if found is None:
        return _undefined(weights, len(groups))
    if found.n_groups < 2 or found.df < FEWEST_DF or found.cr0 == 0:
        method = "no interval: all values are alike"
        if found.n_groups < 2 or found.df < FEWEST_DF:
            method = ONE_UNIT if found.n_groups < 2 else NEARLY_ONE
        return _estimate(found, UNDEFINED, method)
    half = float(special.stdtrit(found.df, 0.5 + CONFIDENCE / 2)) * found.cr1
    ends = Interval(found.mean - half, found.mean + half)
    return _estimate(found, ends, "weighted, cluster-robust t")


def weighted_share(hits: ArrayLike, weights: MixWeights, groups: IntArray) -> Estimate:
    """Share of tickets at the target mix, with a Wilson interval on the effective n.

    The effective n is p(1-p)/SE², SE as in `weighted_mean` without the small-sample factor, at
    most the number of tickets; where all hits are equal, the smaller of (Σw)²/Σw² and the number
    of groups; few effective groups as in `intervals.share`, which it is with equal weights.
    Undefined weights: as `weighted_mean`.
    """
    found = _weighted(hits, weights, groups)
    if found is None:
        return _undefined(weights, len(groups))
    p = min(1.0, max(0.0, found.mean))
    n_effective = min(found.n_effective, found.n_groups)
    if found.n_groups > 1 and 0 < p < 1:
        n_effective = min(found.n, p * (1 - p) / found.cr0**2) if found.cr0 else found.n
    by_groups, df = found.df + 1, math.inf
    if found.n_groups < found.n and n_effective > by_groups * (1 + 1e-9):
        n_effective, df = (by_groups, df) if by_groups < 2 else (n_effective, by_groups - 1)
    ends = wilson(p * n_effective, n_effective, df=df)
    return _estimate(found, ends, "weighted, Wilson on the effective n")


def em_prior(scores: FloatArray, source_prior: Sequence[float]) -> EstimatedMix:
    """The mix of labels that best explains unlabelled scores, by expectation-maximisation.

    q_k <- mean over tickets of s_k·q_k/p_k, each ticket's products divided by their sum, from
    q = p until no share moves by more than 1e-12 (Saerens, Latinne & Decaestecker 2002).
    `source_prior` p is the mix that the scores were calibrated on. The scores must be calibrated
    there too: over-confident ones pull the answer back towards p.

    A label with p = 0 has share 0, unless some ticket scores it: then every share is NaN, as they
    are for no tickets. Tickets without a positive score on a label of p take no part.
    """
    p = np.asarray(source_prior, dtype=np.float64)
    known = p > 0
    relative = scores[:, known] / p[known]
    relative = relative[relative.sum(axis=1) > 0]
    n = len(relative)
    if n == 0 or bool(np.any(scores[:, ~known] > 0)):
        return EstimatedMix((math.nan,) * len(p), 0, n, usable=False)
    q = p[known] / p[known].sum()
    moved, iterations = math.inf, 0
    while moved > _TOLERANCE and iterations < _MOST_ITERATIONS:
        # Σ_i q_k r_ik / (r_i · q) without an n x K array per step.
        update = q * ((1.0 / (relative @ q)) @ relative) / n
        moved = float(np.abs(update - q).max())
        q, iterations = update, iterations + 1
    prior = np.zeros(len(p))
    prior[known] = q
    usable = n >= FEWEST_TICKETS and moved <= _TOLERANCE
    return EstimatedMix(tuple(prior.tolist()), iterations, n, usable=usable)


def _weighted(values: ArrayLike, weights: MixWeights, groups: IntArray) -> _Weighted | None:
    """The weighted mean; None when there is no weight at all."""
    counted = weights.of_ticket > 0
    if not counted.any():
        return None
    v, w = np.asarray(values, dtype=np.float64)[counted], weights.of_ticket[counted]
    # Of equal values the rounded mean differs by a hair; they must not seem to vary.
    mean = float(v[0]) if np.all(v == v[0]) else float(w @ v / w.sum())
    group = group_index(groups[counted])
    sums = np.bincount(group, weights=w * (v - mean) / w.sum())
    df = effective_groups(group) - 1
    return _Weighted(mean, len(v), len(sums), _kish(w), math.sqrt(float(sums @ sums)), df)


def _kish(weights: FloatArray) -> float:
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0 else math.nan


def _undefined(weights: MixWeights, n: int) -> Estimate:
    if weights.missing:
        return Estimate.undefined(n, f"no tickets of {', '.join(weights.missing)}")
    return Estimate.undefined(n, "no target mix" if np.isnan(weights.of_ticket).any() else _NONE)


def _estimate(found: _Weighted, ends: Interval, method: str) -> Estimate:
    return Estimate(found.mean, ends.low, ends.high, found.n, method)

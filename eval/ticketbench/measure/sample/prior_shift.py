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

from ticketbench.core.types import Estimate, FloatArray, IntArray
from ticketbench.measure.statistics import special
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


def most_likely_shares(
    likelihood: FloatArray, observed: FloatArray, start: Sequence[float]
) -> FloatArray:
    """The shares of K labels that best explain what was observed, by expectation-maximisation.

    `likelihood` is K x C, how likely each of C observations is under each label, up to a factor for
    each; `observed` weighs them. q_k <- Σ_c w_c·q_k·l_kc / Σ_j q_j·l_jc, divided by their sum, from
    `start` until no share moves by more than 1e-12 (Saerens, Latinne & Decaestecker 2002, whose
    likelihoods are scores / shares of the labels that they are calibrated on).

    A label whose start is 0 stays 0; labels that nothing tells apart keep their relation. What no
    label explains takes no part; nothing explained: NaN.
    """
    q = np.asarray(start, dtype=np.float64)
    explained = (q @ likelihood > 0) & (observed > 0)
    if not explained.any():
        return np.full(len(q), math.nan)
    part, weight = likelihood[:, explained], observed[explained]
    moved, iterations = math.inf, 0
    while moved > _TOLERANCE and iterations < _MOST_ITERATIONS:
        update = q * (part @ (weight / (q @ part)))
        update /= update.sum()
        moved = float(np.abs(update - q).max())
        q, iterations = update, iterations + 1
    return q


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

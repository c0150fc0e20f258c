"""Does a score of 0.8 mean 80 % right? Calibration errors, reliability curve, temperature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ticketbench.core.policy import at_temperature
from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.statistics.distinct import distinct
from ticketbench.measure.statistics.intervals import wilson

MOST_DECIMALS = 15
"""Stands for full precision."""

FEWEST_DECIMALS = 2
"""Scores that happen to be all 0 or 1 were not printed without decimals."""

_FIRST_LOOK = 1000
_ECE_BINS = 10
_FEW_DECIMALS = 2
_BETAS = (0.05, 20.0)
_CHUNK = 1 << 14

FEWEST_GROUPS = 100
"""With fewer independent tickets a fitted temperature says more of them than of the scores."""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Tickets with similar top scores: how confident they are and how many are right."""

    low: float
    high: float
    n: int
    mean_score: float
    right: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """Right and wrong tickets whose top score lies in [low, high)."""

    low: float
    high: float
    right: int
    wrong: int


@dataclass(frozen=True, slots=True, eq=False)
class TemperatureFit(Value):
    """A temperature and the mean log loss (nats) of the tickets it was fitted on, at it."""

    temperature: float
    log_loss: float


@dataclass(frozen=True, slots=True, eq=False)
class TemperatureReport(Value):
    """What one temperature for all tickets changes; it may well make matters worse.

    temperature  fitted on all tickets; NaN with fewer than `FEWEST_GROUPS` groups
    ece          calibration error of the top score in 10 equal-mass bins, before and after
    log_loss     of the gold labels in nats, before and after
    decimals     the scores were printed with; 15 is full precision
    biased       printed with two decimals or fewer: rounding then shifts the fitted temperature
    """

    n: int
    n_folds: int
    temperature: float
    ece_before: float
    ece_after: float
    log_loss_before: float
    log_loss_after: float
    decimals: int
    biased: bool


def printed_decimals(scores: FloatArray, *, most: int = MOST_DECIMALS) -> int:
    """Number of decimals the scores were printed with: the smallest that reproduces them all.

    15 stands for full precision. No scores: 15. Some of scores with `most` decimals have no more.
    """
    for decimals in range(most if scores.size else 0):
        # The first rows rule most numbers out, so a million tickets are rounded once or twice.
        looks = (scores[:_FIRST_LOOK], scores)
        if all(np.array_equal(np.round(of, decimals), of) for of in looks):
            return decimals
    return most if scores.size else MOST_DECIMALS


def clip_floor(scores: FloatArray) -> float:
    """Half of the last printed digit, two at least: what a printed 0 may stand for at most."""
    return floor_at(printed_decimals(scores))


def floor_at(decimals: int) -> float:
    """The same of scores with so many decimals."""
    return float(0.5 * 10.0 ** -max(FEWEST_DECIMALS, decimals))


def score_of_truth(scores: FloatArray, truth: IntArray, *, clipped: bool) -> FloatArray:
    """The score each ticket gave its gold label; 0 for a gold label the rubric set lacks.

    `clipped` keeps it within [f, 1 - f], f = half of the last printed digit.
    """
    expressible = truth < scores.shape[1]
    column = np.where(expressible, truth, 0)
    gold = np.where(expressible, np.take_along_axis(scores, column[:, None], axis=1)[:, 0], 0.0)
    if not clipped:
        return gold
    floor = clip_floor(scores)
    return np.clip(gold, floor, 1 - floor)


def equal_mass_edges(top_score: FloatArray, *, bins: int) -> FloatArray:
    """Upper edges of `bins` bins with equally many tickets each; the last is 1.

    An edge lies halfway between its neighbours in sorted order. Where both are equal the edge
    is that value, and all its tickets fall into the lower bin: file order never matters.
    """
    parts = np.array_split(np.sort(top_score), min(bins, len(top_score)))
    inner = [(a[-1] + b[0]) / 2 for a, b in pairwise(parts)]
    return distinct(np.array([*inner, 1.0]))


def _ece(top_score: FloatArray, right: BoolArray, bin_of: IntArray) -> float:
    gaps = np.bincount(bin_of, weights=top_score - right)
    return float(np.abs(gaps).sum() / len(top_score))


def ece_equal_mass(top_score: FloatArray, right: BoolArray, *, bins: int) -> float:
    """Σ_b (n_b/n)·|accuracy_b - mean score_b| over equal-mass bins (Naeini et al. 2015).

    Biased upwards when tickets are few. No tickets: NaN.
    """
    if len(top_score) == 0:
        return math.nan
    edges = equal_mass_edges(top_score, bins=bins)
    return _ece(top_score, right, np.searchsorted(edges, top_score, side="left"))


def ece_influence(top_score: FloatArray, right: BoolArray, *, bins: int) -> FloatArray:
    """How `ece_equal_mass` moves with the weight of each of n tickets, mean 0, its edges held.

    (score_i - right_i) · the sign of the gap of its bin. No tickets: empty.
    """
    if len(top_score) == 0:
        return np.zeros(0)
    edges = equal_mass_edges(top_score, bins=bins)
    bin_of, gap = np.searchsorted(edges, top_score, side="left"), top_score - right
    influence = np.sign(np.bincount(bin_of, weights=gap))[bin_of] * gap
    return np.asarray(influence - influence.mean())


def ece_by_chance(top_score: FloatArray, *, bins: int) -> float:
    """About the error that calibrated scores like these would show in equal-mass bins.

    Σ_b sqrt(2/π · Σ_{i in b} s(1 - s)) / n: by so much an observed error may be above the true
    one, most where the true one is 0. No tickets: NaN.
    """
    if len(top_score) == 0:
        return math.nan
    bin_of = np.searchsorted(equal_mass_edges(top_score, bins=bins), top_score, side="left")
    spread = np.bincount(bin_of, weights=top_score * (1 - top_score))
    return float(np.sqrt(2 / math.pi * spread).sum()) / len(top_score)


def ece_equal_width(top_score: FloatArray, right: BoolArray, *, bins: int) -> float:
    """The same over bins of equal width [b/B, (b+1)/B); a score of 1 falls into the last one."""
    if len(top_score) == 0:
        return math.nan
    edges = equal_width_edges(bins)[1:-1]
    return _ece(top_score, right, np.searchsorted(edges, top_score, side="right"))


def equal_width_edges(bins: int) -> FloatArray:
    """b/B for b = 0..B, each the double nearest to the printed number: 0.3 is 0.3."""
    return np.arange(bins + 1) / bins


def reliability_bins(
    top_score: FloatArray, right: BoolArray, *, bins: int = 10
) -> tuple[ReliabilityBin, ...]:
    """The reliability curve in equal-mass bins, empty ones left out, with Wilson intervals."""
    if len(top_score) == 0:
        return ()
    edges = equal_mass_edges(top_score, bins=bins)
    bin_of = np.searchsorted(edges, top_score, side="left")
    lows = np.concatenate([[0.0], edges[:-1]])
    result = []
    for b in _met(bin_of):
        inside = bin_of == b
        n, hits = int(inside.sum()), int(right[inside].sum())
        ends = wilson(hits, n)
        mean_score = float(top_score[inside].mean())
        low, high = float(lows[b]), float(edges[b])
        result.append(ReliabilityBin(low, high, n, mean_score, hits, hits / n, ends.low, ends.high))
    return tuple(result)


def confidence_histogram(
    top_score: FloatArray, right: BoolArray, *, bins: int = 20
) -> tuple[HistogramBin, ...]:
    """Right and wrong tickets per top-score bin of equal width; counts sum to n."""
    edges = equal_width_edges(bins)
    bin_of = np.clip(np.searchsorted(edges, top_score, side="right") - 1, 0, bins - 1)
    good = np.bincount(bin_of[right], minlength=bins)
    bad = np.bincount(bin_of[~right], minlength=bins)
    spans = zip(edges.tolist(), edges[1:].tolist(), good.tolist(), bad.tolist(), strict=False)
    return tuple(HistogramBin(*span) for span in spans)


def fit_temperature(scores: FloatArray, truth: IntArray) -> float:
    """The temperature of `temperature_fit` alone."""
    return 1.0 / _leads(scores, truth, printed_decimals(scores)).best_beta()


def temperature_fit(scores: FloatArray, truth: IntArray) -> TemperatureFit:
    """The temperature that minimises the log loss of the gold labels (Guo et al. 2017).

    Scores are clipped at half of the last printed digit before the logarithm. The loss is convex
    in 1/T; T is sought in [0.05, 20]. Tickets whose gold is no column (`__none__`, or a label
    the rubric set lacks) take no part. 1 when there is nothing to fit on (its loss is NaN), or no
    score differs.
    """
    leads = _leads(scores, truth, printed_decimals(scores))
    beta = leads.best_beta()
    return TemperatureFit(1.0 / beta, leads.loss_at(beta))


def cross_fitted(scores: FloatArray, truth: IntArray, folds: IntArray) -> FloatArray:
    """The scores, each at the temperature fitted on the tickets of all other folds.

    `folds` is a number per ticket, with groups kept together. As `at_temperature` gives them to
    the policy: a score of 0 stays 0. NaN when there are fewer than two folds.
    """
    leads = _leads(scores, truth, printed_decimals(scores))
    return _cross_fitted(scores, truth, folds, leads)


def _cross_fitted(
    scores: FloatArray, truth: IntArray, folds: IntArray, leads: _Leads
) -> FloatArray:
    result = np.full(scores.shape, math.nan)
    numbers = _met(folds)
    for fold in numbers if len(numbers) > 1 else ():
        inside = folds == fold
        others = np.flatnonzero(~inside)
        beta = leads.of_rows(scores, truth, others).best_beta()
        result[inside] = at_temperature(scores[inside], 1.0 / beta)
    return result


def _met(numbers: IntArray) -> IntArray:
    """Which of the numbers from 0 on occur."""
    return np.flatnonzero(np.bincount(numbers))


def temperature_report(table: ScoreTable, folds: IntArray) -> TemperatureReport:
    """What the temperature does to the calibration error and log loss of tickets it has not seen.

    The errors are over all scored tickets, gold `__none__` counts as wrong; the log loss over
    tickets whose gold is a label, clipped before and after at half of the last printed digit of
    the original scores. Values after are cross-fitted over `folds`; NaN with fewer than two. With
    fewer than `FEWEST_GROUPS` groups nothing is fitted: the temperature is NaN.
    """
    few = table.n_groups < FEWEST_GROUPS
    n_folds = 0 if few else len(_met(folds))
    decimals = printed_decimals(table.scores)
    leads = _leads(table.scores, table.truth, decimals)
    after = table.scores
    if n_folds:
        after = _cross_fitted(table.scores, table.truth, folds, leads)
    floor = floor_at(decimals)
    return TemperatureReport(
        n=table.n_scored,
        n_folds=n_folds,
        temperature=math.nan if few else 1.0 / leads.best_beta(),
        ece_before=ece_equal_mass(table.top_score, table.right, bins=_ECE_BINS),
        ece_after=math.nan if n_folds < 2 else _ece_of_top(after, table.right),
        log_loss_before=_log_loss(table, table.scores, floor=floor),
        log_loss_after=math.nan if n_folds < 2 else _log_loss(table, after, floor=floor),
        decimals=decimals,
        biased=decimals <= _FEW_DECIMALS,
    )


def _ece_of_top(scores: FloatArray, right: BoolArray) -> float:
    return ece_equal_mass(scores.max(axis=1), right, bins=_ECE_BINS)


def _log_loss(table: ScoreTable, scores: FloatArray, *, floor: float) -> float:
    labelled = table.truth != NONE
    if not labelled.any():
        return math.nan
    gold = score_of_truth(scores, table.truth, clipped=False)[labelled]
    return float(-np.log(np.clip(gold, floor, 1 - floor)).mean())


@dataclass(frozen=True, slots=True, eq=False)
class _Leads:
    """How far the logarithm of each label's score is ahead of the gold label's, by ticket.

    rows      the m tickets whose gold label has a score
    lead      K x m
    decimals  of the scores, which are clipped at half of the last one
    """

    rows: IntArray
    lead: FloatArray
    decimals: int

    def of_rows(self, scores: FloatArray, truth: IntArray, at: IntArray) -> _Leads:
        """Of the tickets `at` alone, ascending, as if there were no others."""
        own = scores[at]
        decimals = printed_decimals(own, most=self.decimals)
        if floor_at(decimals) != floor_at(self.decimals):
            return _leads(own, truth[at], decimals)
        chosen = np.zeros(len(scores), dtype=np.bool_)
        chosen[at] = True
        kept = chosen[self.rows]
        return _Leads(self.rows[kept], np.compress(kept, self.lead, axis=1), decimals)

    def best_beta(self) -> float:
        """The 1/T with the smallest loss: Newton's method, halving where it would jump or crawl."""
        low, high = _BETAS
        if np.all(self.lead == self.lead[:1]):
            return 1.0
        if self.lead.max() <= 0:
            return high
        if self.lead.mean() >= 0:
            return low
        peak = self.lead.max(axis=0)
        beta, last_step = 1.0, math.inf
        while last_step > 1e-10 * beta:
            slope, curvature = self._slopes_at(beta, peak)
            low, high = (low, beta) if slope > 0 else (beta, high)
            step = -slope / curvature if curvature > 0 else math.inf
            if not low <= beta + step <= high or abs(step) > last_step / 2:
                step = math.sqrt(low * high) - beta
            beta, last_step = beta + step, abs(step)
        return beta

    def loss_at(self, beta: float) -> float:
        """Mean log loss at 1/T = beta; NaN without tickets."""
        n, loss = self.lead.shape[1], 0.0
        for start in range(0, n, _CHUNK):
            part = self.lead[:, start : start + _CHUNK]
            peak = beta * part.max(axis=0)
            loss += float((peak + np.log(np.exp(beta * part - peak).sum(axis=0))).sum())
        return loss / n if n else math.nan

    def _slopes_at(self, beta: float, most: FloatArray) -> tuple[float, float]:
        """First and second derivative of the loss; `most` is the largest lead of each ticket."""
        n, sums = self.lead.shape[1], np.zeros(2)
        for start in range(0, n, _CHUNK):
            part = self.lead[:, start : start + _CHUNK]
            weight = beta * part
            weight -= beta * most[start : start + _CHUNK]
            np.exp(weight, out=weight)
            total = weight.sum(axis=0)
            weight *= part
            mean = weight.sum(axis=0) / total
            weight *= part
            square = weight.sum(axis=0) / total
            sums += mean.sum(), (square - mean**2).sum()
        slope, curvature = (sums / n).tolist()
        return slope, curvature


def _leads(scores: FloatArray, truth: IntArray, decimals: int) -> _Leads:
    rows = np.flatnonzero((truth != NONE) & (truth < scores.shape[1]))
    # Label by label: what is summed over the labels of a ticket depends on how they lie.
    lead = np.ascontiguousarray(scores[rows].T)
    np.log(np.maximum(lead, floor_at(decimals), out=lead), out=lead)
    lead -= lead[truth[rows], np.arange(len(rows))]
    return _Leads(rows, lead, decimals)

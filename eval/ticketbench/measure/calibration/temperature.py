"""What one temperature for all scores would change, fitted to the gold labels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import at_temperature
from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.calibration.bins import (
    ece_equal_mass,
    floor_at,
    met,
    printed_decimals,
    score_of_truth,
)

_ECE_BINS = 10
_FEW_DECIMALS = 2
_BETAS = (0.05, 20.0)
_CHUNK = 1 << 14

FEWEST_GROUPS = 100
"""With fewer independent tickets a fitted temperature says more of them than of the scores."""


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
    numbers = met(folds)
    for fold in numbers if len(numbers) > 1 else ():
        inside = folds == fold
        others = np.flatnonzero(~inside)
        beta = leads.of_rows(scores, truth, others).best_beta()
        result[inside] = at_temperature(scores[inside], 1.0 / beta)
    return result


def temperature_report(table: ScoreTable, folds: IntArray) -> TemperatureReport:
    """What the temperature does to the calibration error and log loss of tickets it has not seen.

    The errors are over all scored tickets, gold `__none__` counts as wrong; the log loss over
    tickets whose gold is a label, clipped before and after at half of the last printed digit of
    the original scores. Values after are cross-fitted over `folds`; NaN with fewer than two. With
    fewer than `FEWEST_GROUPS` groups nothing is fitted: the temperature is NaN.
    """
    few = table.n_groups < FEWEST_GROUPS
    n_folds = 0 if few else len(met(folds))
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

"""Does a log of unlabelled tickets fit the labelled ones, and what are these worth at its mix?

Only what the answers show can be tested. A log whose tickets are harder looks in part like one of
another mix; so every interval holds both explanations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.sample.answer_cells import answer_cells
from ticketbench.measure.sample.log_mixture import Kinds, Mixture, kinds_of, mixture
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import effective_groups
from ticketbench.measure.statistics.intervals import CONFIDENCE, Interval, wilson
from ticketbench.measure.statistics.resampling import Units, units

_METHOD = "at the estimated mix, harder or easier tickets allowed for"


@dataclass(frozen=True, slots=True, eq=False)
class LogFit(Value):
    """A log as a mixture of the gold labels of labelled tickets, and these at the mix found.

    shares  of the gold labels in the log, then that of `__none__`; they sum to 1
    p       how often a log of the same tickets in another mix looks at least as odd; NaN when
            nothing can be tested: too few groups, or nothing but the mix moves the answers
    """

    shares: tuple[float, ...]
    p: float
    accuracy: Estimate
    coverage: Estimate
    selective_precision: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class _Ratio:
    """A share of tickets: hits among those counted, told per kind."""

    hit: BoolArray
    counted: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """What everything below is computed from.

    weight  the share in the log of the tickets of one kind; one_ticket that of one of them
    noise   covariance of the deviations in the cells, then of each ratio at known shares
    df      degrees of freedom of both samples' groups: the fewer effective groups, less 1
    """

    kinds: Kinds
    mixture: Mixture
    ratios: tuple[_Ratio, ...]
    noise: FloatArray
    df: float

    @property
    def n_cells(self) -> int:
        """Number of cells; the noise of the ratios stands behind them."""
        return len(self.mixture.left)


@dataclass(frozen=True, slots=True, eq=False)
class _Harder:
    """The log explained by harder tickets (easier: below 0): of each label more answers are wrong.

    A wrong ticket counts 1 + by · (1 - share wrong of its label), a right one 1 - by · that share.

    cells    what that adds to the share of each cell, for a `by` of 1
    weights  by = Σ weights · what is left over in the cells (generalised least squares)
    se       standard error; infinite where no cell tells it from another mix
    """

    cells: FloatArray
    weights: FloatArray
    by: float
    se: float


def log_fit(
    tickets: ScoreTable, routed: BoolArray, log: FloatArray, log_groups: IntArray
) -> LogFit:
    """The mix that explains the scores of a log (m x K) best, and the labelled tickets at it.

    Every gold label is a part of the mixture, `__none__` too; `routed` tells which labelled tickets
    are. Both samples' noise enters by the delta method, groups whole. Raises ValueError without
    tickets of either kind.
    """
    if not (tickets.n_scored and len(log)):
        raise ValueError("a mix needs labelled tickets and a log")
    cells = answer_cells(tickets.scores)
    kinds = kinds_of(tickets, routed, cells.of(tickets.scores), n_cells=cells.n)
    seen = units(cells.of(log), log_groups)
    observed = np.zeros(cells.n)
    observed[seen.used] = seen.observed / len(log)
    found = mixture(kinds, observed)
    ratios = (
        _Ratio(kinds.right, kinds.fits),
        _Ratio(kinds.routed, kinds.count > 0),
        _Ratio(kinds.routed & kinds.right, kinds.routed),
    )
    df = min(effective_groups(tickets.groups), effective_groups(log_groups)) - 1
    fit = _Fit(kinds, found, ratios, _noise(kinds, found, ratios, seen), df)
    harder = _harder(fit)
    accuracy, coverage, precision = (_estimate(fit, harder, j) for j in range(len(ratios)))
    return LogFit(tuple(found.shares.tolist()), _p(fit, harder), accuracy, coverage, precision)


def _one_ticket(kinds: Kinds, found: Mixture) -> FloatArray:
    """The share in the log that one labelled ticket of each kind stands for."""
    return np.asarray((found.shares / np.maximum(kinds.per_label, 1.0))[kinds.label])


def _at_the_mix(kinds: Kinds, found: Mixture, ratio: _Ratio) -> tuple[float, FloatArray]:
    """A ratio at the mix, and what a ticket more of each kind adds to it per share in the log."""
    weight = kinds.count * _one_ticket(kinds, found)
    total = float(weight @ ratio.counted)
    if not total > 0:
        return math.nan, np.zeros(len(weight))
    value = float(weight @ ratio.hit) / total
    return value, (ratio.hit - value * ratio.counted) / total


def _noise(kinds: Kinds, found: Mixture, ratios: tuple[_Ratio, ...], seen: Units) -> FloatArray:
    n_cells = len(found.left)
    of_log = np.zeros((len(seen.used), n_cells + len(ratios)))
    shares = seen.observed / seen.observed.sum()
    of_log[:, seen.used] = np.eye(len(seen.used)) - shares
    own = found.cells[kinds.label] - np.eye(n_cells)[kinds.cell]
    beside = [kinds.beyond_label(_at_the_mix(kinds, found, ratio)[1]) for ratio in ratios]
    of_kinds = _one_ticket(kinds, found)[:, None] * np.column_stack([own, *beside])
    return _spread(kinds.units, of_kinds) + _spread(seen, of_log / seen.observed.sum())


def _spread(drawn: Units, added: FloatArray) -> FloatArray:
    """Covariance of a sum over units, to which each used cell of a unit adds a row of `added`."""
    of_unit = drawn.of_each(added)
    return np.asarray((of_unit * drawn.times[:, None]).T @ of_unit)


def _wrong(fit: _Fit) -> FloatArray:
    return fit.kinds.beyond_label((~fit.kinds.right).astype(np.float64))


def _harder(fit: _Fit) -> _Harder:
    kinds, found = fit.kinds, fit.mixture
    weight = kinds.count * _one_ticket(kinds, found) * _wrong(fit)
    cells = np.bincount(kinds.cell, weight, minlength=fit.n_cells).astype(np.float64)
    left = found.precision * (found.to_left @ cells)
    information = float(cells @ left)
    if not information > 1e-12:
        return _Harder(cells, np.zeros(fit.n_cells), 0.0, math.inf)
    weights = left / information
    variance = weights @ fit.noise[: fit.n_cells, : fit.n_cells] @ weights
    return _Harder(cells, weights, float(weights @ found.left), math.sqrt(float(variance)))


def _estimate(fit: _Fit, harder: _Harder, j: int) -> Estimate:
    """The j-th ratio; its interval is the hull of two, each 95 %: at the mix, and harder."""
    kinds, ratio = fit.kinds, fit.ratios[j]
    value, added = _at_the_mix(kinds, fit.mixture, ratio)
    n = int(kinds.count @ ratio.counted)
    if math.isnan(value) or fit.df <= 0:
        return Estimate.undefined(n, "no tickets" if math.isnan(value) else "one group")
    of_share = kinds.label_means(added)
    moves = np.zeros(len(fit.noise))
    moves[: fit.n_cells] = of_share @ fit.mixture.to_shares
    moves[fit.n_cells + j] = 1.0
    weight = kinds.count * _one_ticket(kinds, fit.mixture)
    by_harder = weight @ (_wrong(fit) * added) - moves[: fit.n_cells] @ harder.cells
    known = _wilson(value, n, se=_se(fit, moves), df=fit.df)
    moves[: fit.n_cells] += by_harder * harder.weights
    centre = value + float(by_harder) * harder.by
    half = float(special.stdtrit(fit.df, 0.5 + CONFIDENCE / 2)) * _se(fit, moves)
    low, high = min(known.low, centre - half), max(known.high, centre + half)
    return Estimate(value, max(0.0, low), min(1.0, high), n, _METHOD)


def _se(fit: _Fit, moves: FloatArray) -> float:
    return math.sqrt(max(0.0, float(moves @ fit.noise @ moves)))


def _wilson(value: float, n: int, *, se: float, df: float) -> Interval:
    p = min(1.0, max(0.0, value))
    n_effective = min(n, p * (1 - p) / se**2) if se > 0 and 0 < p < 1 else n
    return wilson(p * n_effective, n_effective, df=df)


def _p(fit: _Fit, harder: _Harder) -> float:
    """Twice the smaller p of two tests (Bonferroni): of all that is left over, and of `harder`.

    The first is Hotelling's T² on the cells, the other a t test in the one direction that moves the
    accuracy most, which the first would lose among many others.
    """
    degrees = fit.mixture.degrees
    if degrees < 1 or fit.df < 2 * degrees or math.isinf(harder.se):
        return math.nan
    to_left, noise = fit.mixture.to_left, fit.noise[: fit.n_cells, : fit.n_cells]
    sizes, axes = (of[..., -degrees:] for of in np.linalg.eigh(to_left @ noise @ to_left.T))
    kept, along = sizes > 1e-12 * sizes[-1], fit.mixture.left @ axes
    if (np.abs(along[~kept]) > 1e-9).any():
        return 0.0  # no noise of either sample leads there
    distance = float((along[kept] ** 2 / sizes[kept]).sum())
    m, rest = int(kept.sum()), fit.df + 1 - kept.sum()
    of_all = float(special.fdtrc(m, rest, distance * rest / (m * fit.df)))
    of_harder = 2 * float(special.stdtr(fit.df, -abs(harder.by) / harder.se))
    return min(1.0, 2 * min(of_all, of_harder))

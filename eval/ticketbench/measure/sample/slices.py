"""Where is it worse? Accuracy by the values of metadata columns and by text length."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, Value
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.holm import holm
from ticketbench.measure.statistics.intervals import CONFIDENCE, ONE_UNIT, share, wilson

FEWEST_TICKETS = 20
OTHER = "(other)"
EMPTY = "(empty)"
TEXT_LENGTH = "text length"
_ALARM = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Slice(Value):
    """The tickets with one value in one column, against all other tickets.

    difference  accuracy of the slice - accuracy of the rest
    p           of no difference; NaN where it was not tested
    p_holm      the same, adjusted for all slices tested (Holm 1979)
    flagged     p_holm < .05
    """

    column: str
    value: str
    n: int
    accuracy: Estimate
    difference: Estimate
    p: float
    p_holm: float
    flagged: bool


@dataclass(frozen=True, slots=True)
class SkippedColumn:
    """A column that makes no slices, and why."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Slices:
    """All slices, the lowest accuracy first, and the columns without any."""

    slices: tuple[Slice, ...]
    skipped: tuple[SkippedColumn, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Tickets:
    """What all slices share.

    groups       group numbers 0..G-1, and `sizes`, the tickets of each
    correlation  between the hits of two tickets of one group, 0 to 1
    df           degrees of freedom: groups, counted by their weight, - 1
    """

    right: BoolArray
    groups: IntArray
    sizes: IntArray
    correlation: float
    df: float


def slices(
    right: BoolArray,
    groups: IntArray,
    columns: Mapping[str, Sequence[str]],
    lengths: IntArray,
) -> Slices:
    """Accuracy by every value with at least 20 tickets, the others pooled as "(other)".

    `columns` holds one value per ticket; `lengths`, the text lengths in characters, are cut into
    quarters, equal lengths together. A slice is tested against the rest when both have 20
    tickets. A column without two such slices is skipped, and named with the reason. No tickets:
    no slices.

    Hits of one group are taken to be correlated alike, by the pairwise intraclass correlation ρ
    of all tickets (Fisher 1925). Counts are divided by the design effect of the difference,
    1 - ρ + ρ·Σ_g w_g²/(1/n_s + 1/n_r), w_g the group's weight in it, at least 1 (Rao & Scott
    1992). p compares arcsine-transformed shares (Anscombe 1948), the interval is Newcombe's
    (1998), both with t quantiles on (Σn_g)²/Σn_g² - 1 degrees of freedom. Standard errors within
    a slice would be far too small where nearly all of its few tickets are right.
    """
    tickets = _tickets(right, groups)
    found: list[Slice] = []
    skipped: list[SkippedColumn] = []
    by_length = {TEXT_LENGTH: _quarters(lengths)}
    for column, values in [*columns.items(), *by_length.items()]:
        names, codes = _pooled(values)
        reason = _no_slices(values, codes)
        if reason:
            skipped.append(SkippedColumn(column, reason))
        else:
            found += _of_column(column, names, codes, tickets)
    adjusted = holm([one.p for one in found])
    tested = [
        replace(one, p_holm=p, flagged=p < _ALARM) for one, p in zip(found, adjusted, strict=True)
    ]
    return Slices(tuple(sorted(tested, key=_worst_first)), tuple(skipped))


def _tickets(right: BoolArray, groups: IntArray) -> _Tickets:
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    n = len(right)
    if n == 0:
        return _Tickets(right, group, sizes, 0.0, math.nan)
    residuals = right - right.mean()
    squares, pairs = float(residuals @ residuals), int((sizes * (sizes - 1)).sum())
    sums = np.bincount(group, weights=residuals)
    together = (float(sums @ sums) - squares) / pairs if pairs else 0.0
    # Of hits that are all alike it cannot be seen, and 1 is the careful answer.
    correlation = min(1.0, max(0.0, together / (squares / n))) if squares > 0 else 1.0
    return _Tickets(right, group, sizes, correlation, n**2 / float(sizes @ sizes) - 1)


def _quarters(lengths: IntArray) -> Sequence[str]:
    """Each ticket's quarter by length, named by its shortest and longest text."""
    if len(lengths) == 0:
        return ()
    edges = np.quantile(lengths, [0.25, 0.5, 0.75])
    quarter = np.searchsorted(edges, lengths, side="left")
    parts = (lengths[quarter == q] for q in range(4))
    names = [f"{p.min()} to {p.max()} characters" if len(p) else "" for p in parts]
    return list(map(names.__getitem__, quarter.tolist()))


def _pooled(values: Sequence[str]) -> tuple[list[str], IntArray]:
    """The names of the slices, and which one each ticket is in; rare values share the last."""
    names = list(dict.fromkeys(values))
    number = {name: i for i, name in enumerate(names)}
    codes = np.fromiter(map(number.__getitem__, values), dtype=np.int64, count=len(values))
    frequent = np.flatnonzero(np.bincount(codes, minlength=len(names)) >= FEWEST_TICKETS)
    slice_of = np.full(len(names), len(frequent))
    slice_of[frequent] = np.arange(len(frequent))
    return [*(names[i] or EMPTY for i in frequent), OTHER], slice_of[codes]


def _no_slices(values: Sequence[str], codes: IntArray) -> str:
    """Why a column makes no slices; empty when it does."""
    different = len(set(values))
    if different == 0:
        return "no tickets"
    if different == 1:
        return "all tickets have the same value"
    if different == len(values):
        return "every ticket has its own value"
    large = int((np.bincount(codes) >= FEWEST_TICKETS).sum())
    return "" if large > 1 else f"fewer than two values with {FEWEST_TICKETS} tickets"


def _of_column(
    column: str, names: Sequence[str], codes: IntArray, tickets: _Tickets
) -> Iterator[Slice]:
    """The slices of one column, not yet adjusted; an empty pool is none."""
    n = np.bincount(codes, minlength=len(names))
    effects = _design_effects(codes, n, tickets)
    total = int(tickets.right.sum())
    ordered = np.argsort(codes, kind="stable")
    for i, at in enumerate(np.split(ordered, np.cumsum(n)[:-1])):
        if len(at) == 0:
            continue
        hits, rest = tickets.right[at], len(codes) - len(at)
        difference, p = _against_rest(
            (int(hits.sum()), len(at)),
            (total - int(hits.sum()), rest),
            effect=float(effects[i]),
            df=tickets.df,
        )
        testable = min(len(at), rest) >= FEWEST_TICKETS
        yield Slice(
            column=column,
            value=names[i],
            n=len(at),
            accuracy=share(hits, tickets.groups[at]),
            difference=difference,
            p=p if testable else math.nan,
            p_holm=math.nan,
            flagged=False,
        )


def _design_effects(codes: IntArray, n: IntArray, tickets: _Tickets) -> FloatArray:
    """Per slice, the variance of its difference from the rest over that of independent tickets.

    w_g = n_gs/n_s - (n_g - n_gs)/n_r, from the tickets n_gs that group and slice share.
    """
    n_rest = np.maximum(len(codes) - n, 1)
    spread = 1 / np.maximum(n, 1) + 1 / n_rest
    cells, shared = np.unique(codes * len(tickets.sizes) + tickets.groups, return_counts=True)
    slice_of, group = np.divmod(cells, len(tickets.sizes))
    own = np.bincount(slice_of, weights=shared**2, minlength=len(n))
    both = np.bincount(slice_of, weights=shared * tickets.sizes[group], minlength=len(n))
    whole = float(tickets.sizes @ tickets.sizes)
    squares = spread**2 * own - 2 * spread / n_rest * both + whole / n_rest**2
    rho = tickets.correlation
    return np.asarray(np.maximum(1.0, 1 - rho + rho * squares / spread))


def _against_rest(
    inside: tuple[int, int], outside: tuple[int, int], *, effect: float, df: float
) -> tuple[Estimate, float]:
    """Difference of two shares (hits, n) with its interval and p, on counts / effect."""
    (k_s, n_s), (k_r, n_r) = inside, outside
    p_s, p_r = k_s / n_s, k_r / n_r
    if not df > 0:
        return Estimate(p_s - p_r, math.nan, math.nan, n_s + n_r, ONE_UNIT), math.nan
    e_s, e_r = n_s / effect, n_r / effect
    spread = math.sqrt(1 / (e_s + 0.5) + 1 / (e_r + 0.5))
    z = (_arcsine(k_s / effect, e_s) - _arcsine(k_r / effect, e_r)) / spread
    # Wilson's interval depends on quantile²/n alone: a smaller n gives it the quantile of t.
    level = 0.5 + CONFIDENCE / 2
    fewer = float(special.ndtri(level) / special.stdtrit(df, level)) ** 2
    s, r = wilson(p_s * e_s * fewer, e_s * fewer), wilson(p_r * e_r * fewer, e_r * fewer)
    low = p_s - p_r - math.hypot(p_s - s.low, r.high - p_r)
    high = p_s - p_r + math.hypot(s.high - p_s, p_r - r.low)
    ends = Estimate(p_s - p_r, low, high, n_s + n_r, "Newcombe on the effective n")
    return ends, float(2 * special.stdtr(df, -abs(z)))


def _arcsine(hits: float, n: float) -> float:
    """2·arcsin of the root of a share: its variance is about 1/(n + .5) whatever the share."""
    return 2 * math.asin(math.sqrt((hits + 0.375) / (n + 0.75)))


def _worst_first(of: Slice) -> tuple[float, str, str]:
    return of.accuracy.value, of.column, of.value

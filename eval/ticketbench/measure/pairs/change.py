"""How a number changed on paired tickets: one rule for its interval, its p, and tickets needed.

A loss that has not occurred cannot be in a variance. So the standard error is that of the data as
if three more groups had changed, each by as much as a changed group does, up or down: with nothing
changed among n tickets a loss of 2.85/n or more is excluded, which is the rule of three (exact:
3.0/n). Few changed groups, none, all alike, one ticket a group, customers of any size: all take
this rule, and so do verdict, gate and Holm's adjustment, which therefore cannot disagree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ticketbench.core.types import FloatArray, IntArray, Value, strictly_ascending
from ticketbench.measure.statistics import special
from ticketbench.measure.statistics.groups import Counted, Groups, group_index, total
from ticketbench.measure.statistics.intervals import (
    CONFIDENCE,
    FEWEST_DF,
    NEARLY_ONE,
    ONE_UNIT,
    UNDEFINED,
    Interval,
)

IMAGINED = 3
"""Groups imagined to have changed beside those that have."""

GATE_CONFIDENCE = 0.90
"""The ends of this interval are the one-sided 95 % bounds that gates ask for."""

MOST_NEEDED = 1_000_000
"""With more tickets than that nobody would settle anything: it counts as unknown."""

NO_TICKETS = "no tickets"
ONE_SIDED = "undefined on one side"
NO_SLOPE = "no interval: how a ticket moves it is undefined"
SAME = "the same answers for every ticket"
PAIRED = "paired, t over groups with three more imagined"
_SETTLES = 3.92
"""2 x 1.96: at margin / SE = 3.92 the 95 % interval is as wide as the margin, so it must exclude 0
or lie inside."""
_ROUNDING = 1e-12

Side = Literal["both", "above", "below"]
Numbers = float | FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Change(Value):
    """Candidate minus base, and what the groups of paired tickets say about it.

    n         tickets that the candidate's number rests on
    n_groups  groups of the tickets that can move it; `n_changed` of them did
    variance  as the groups show it: G/(G-1) · Σ_g (Σ_{i in g} influence_i)²
    imagined  size u of a change of one more group: Σ|share|³ / Σ share², share_g what group g adds
              to the value; so one large customer weighs as such
    df        effective groups - 1, n² / Σ n_g² - 1 (Kish 1965)
    chance    by how much chance alone may lift candidate and base above their true values
    method    where interval and p come from, or why there is none
    """

    value: float
    n: int
    n_groups: int
    n_changed: int
    variance: float
    imagined: float
    df: float
    chance: tuple[float, float]
    method: str

    @property
    def defined(self) -> bool:
        """Whether there are interval and p."""
        return not math.isnan(self.variance)

    @property
    def se(self) -> float:
        """The standard error; 0 where both sides gave the same answers, NaN where undefined."""
        return float(_standard_error(self.variance, self.imagined))

    def bounds(self, confidence: float = CONFIDENCE) -> Interval:
        """Value ∓ t(df) · se, and what chance may add on either side; NaN where undefined."""
        if not self.defined:
            return UNDEFINED
        reach = float(half_width(self.variance, self.imagined, self.df, confidence))
        low, high = self.value - reach - self.chance[0], self.value + reach + self.chance[1]
        return Interval(low, high)

    def p(self, null: float = 0.0, side: Side = "both") -> float:
        """P of "the change is `null`", or is at most (`above`) or at least (`below`) that.

        Below 5 % exactly where the interval at 95 % (one-sided: an end of that at 90 %) excludes
        `null`. The same answers on both sides: 1 if that is what the null says, else 0.
        """
        if not self.defined:
            return math.nan
        above = self._tail(-(self.value - null - self.chance[0]))
        below = self._tail(self.value - null + self.chance[1])
        if side == "both":
            return min(1.0, 2 * min(above, below))
        return above if side == "above" else below

    def needed(self, margin: float, *, confidence: float = CONFIDENCE) -> int:
        """About how many tickets settle it, if further ones are like these; 0 where unknown.

        So many that SE is margin/3.92, for an interval at another confidence accordingly: it is
        then as wide as the margin, so it excludes 0 or lies inside. The variance fades as 1/N, what
        is imagined as 1/N².
        """
        wider = float(special.ndtri(0.5 + confidence / 2) / special.ndtri(0.5 + CONFIDENCE / 2))
        pair, target = IMAGINED * self.imagined**2, (margin / (_SETTLES * wider)) ** 2
        if not self.se > 0 or not target > 0:
            return 0
        x = 2 * target / (math.sqrt(self.variance**2 + 4 * pair * target) + self.variance)
        return max(self.n + 1, math.ceil(self.n / x)) if self.n < MOST_NEEDED * x else 0

    def mirrored(self) -> Change:
        """Base minus candidate: the gain where lower is better."""
        return replace(self, value=0.0 - self.value, chance=self.chance[::-1])

    def _tail(self, distance: float) -> float:
        if self.se > 0:
            return float(special.stdtr(self.df, distance / self.se))
        return 1.0 if distance >= 0 else 0.0


def half_width(variance: Numbers, imagined: Numbers, df: float, confidence: float) -> FloatArray:
    """t(df) · se: how far the ends of an interval lie from the value, of one change or of many."""
    t = special.stdtrit(df, 0.5 + confidence / 2)
    return np.asarray(t * _standard_error(variance, imagined))


def no_change(n: int, n_groups: int) -> Change:
    """Both sides gave every ticket the same answer: 0, without any doubt."""
    df = float(max(1, n_groups - 1))
    return Change(0.0, n, n_groups, 0, 0.0, 0.0, df, (0.0, 0.0), SAME)


def undefined(value: float, n: int, why: str) -> Change:
    """A change without interval and p; `value` may be NaN, too."""
    nan = math.nan
    return Change(value, n, 0, 0, nan, nan, nan, (0.0, 0.0), why)


def from_shares(
    shares: FloatArray,
    influence: FloatArray,
    groups: Groups,
    *,
    value: float,
    n: int,
    unit: float,
    chance: tuple[float, float] = (0.0, 0.0),
) -> Change:
    """The change from what each ticket adds to it.

    shares     per ticket: 0 where it did not move; the sum is `value`
    influence  per ticket: how `value` moves with its weight, mean 0
    groups     per ticket; or rows that each stand for several tickets, here and above
    unit       what one ticket can move `value` by, for where none has

    Undefined without tickets or a finite value, where a share or influence is NaN, with one group,
    or where one group holds nearly all tickets.
    """
    if len(shares) == 0 or not math.isfinite(value):
        return undefined(value, n, NO_TICKETS if len(shares) == 0 else ONE_SIDED)
    if np.isnan(shares).any() or np.isnan(influence).any():
        return undefined(value, n, NO_SLOPE)
    summed = groups.sums if isinstance(groups, Counted) else _Sums(groups)
    sizes, times = summed(np.ones(len(shares)))
    g, squares = int(times.sum()), float((times * sizes * sizes).sum())
    tickets = float((times * sizes).sum())
    df = tickets**2 / squares - 1
    why = too_few_groups(g, df)
    if why:
        return undefined(value, n, why)
    rounding = _ROUNDING * total(np.abs(shares), groups)
    by_group, spread = np.abs(summed(shares)[0]), summed(influence)[0]
    changed = by_group > rounding
    return Change(
        value=0.0 if abs(value) <= rounding else value,
        n=n,
        n_groups=g,
        n_changed=int(times[changed].sum()),
        variance=float((times * spread * spread).sum()) * g / (g - 1),
        imagined=_imagined(by_group[changed], times[changed], unit * squares / tickets),
        df=df,
        chance=chance,
        method=PAIRED,
    )


def too_few_groups(n_groups: int, df: float) -> str:
    """Why groups with these degrees of freedom say nothing of the spread; empty where they do."""
    if df >= FEWEST_DF:
        return ""
    return ONE_UNIT if n_groups < 2 else NEARLY_ONE


def _standard_error(variance: Numbers, imagined: Numbers) -> FloatArray:
    return np.asarray(np.sqrt(variance + IMAGINED * imagined**2))


class _Sums:
    """The sums of groups of single tickets."""

    def __init__(self, groups: IntArray) -> None:
        self._group = None if strictly_ascending(groups) else group_index(groups)

    def __call__(self, values: FloatArray) -> tuple[FloatArray, IntArray]:
        """The sum of each group, and that each is one; single tickets are groups already."""
        group = self._group
        of = values if group is None else np.bincount(group, weights=values)
        return np.asarray(of, dtype=np.float64), np.ones(len(of), dtype=np.int64)


def _imagined(changes: FloatArray, times: IntArray, otherwise: float) -> float:
    """The size-weighted mean size of a change of a group."""
    if len(changes) == 0:
        return otherwise
    # By the largest, so that squares of the smallest numbers do not vanish.
    most = float(changes.max())
    parts = changes / most
    squares = parts * parts
    return most * float((times * squares * parts).sum()) / float((times * squares).sum())

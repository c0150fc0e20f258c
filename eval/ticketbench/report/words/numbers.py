"""How numbers look in every page: one formatter, so text, table and JSON cannot disagree."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ticketbench.core.types import Estimate

DASH = "–"


def percent(value: float, decimals: int = 1) -> str:
    """0.893 as "89.3%"; NaN as a dash."""
    return DASH if math.isnan(value) else f"{100 * value:.{decimals}f}%"


def points(value: float, decimals: int = 1) -> str:
    """A difference of shares in signed points: 0.032 as "+3.2"; NaN as a dash."""
    return signed(100 * value, decimals)


def margin(value: float) -> str:
    """A margin of shares in points with one decimal, or as many as it has: 0.0125 as "1.25"."""
    written = f"{round(100 * value, 6):g}"
    return f"{written}.0" if written.isdigit() else written


def number(value: float, decimals: int = 3) -> str:
    """A plain number; NaN as a dash."""
    return DASH if math.isnan(value) else f"{value:.{decimals}f}"


def p_value(value: float) -> str:
    """A p-value with three decimals, or as many as show on which side of 5 % it lies.

    Never a bare zero; NaN as a dash.
    """
    if value < 0.0005:
        return "<0.001"
    return number(value, telling([value], apart_from=[0.05], least=3))


def confidence(value: float) -> str:
    """A confidence with the decimals that it has, four digits at most: 0.975 as "97.5%".

    More where four would make a certainty of it: 0.999999 as "99.9999%".
    """
    digits = 4
    while float(f"{100 * value:.{digits}g}") == 100 and value < 1 and digits < 17:
        digits += 1
    return f"{100 * value:.{digits}g}%"


def signed(value: float, decimals: int = 3) -> str:
    """A signed number; NaN as a dash."""
    return DASH if math.isnan(value) else _unsigned_zero(f"{value:+.{decimals}f}")


def _unsigned_zero(text: str) -> str:
    """A zero without its sign."""
    return text if text.strip("+-0.") else text.lstrip("+-")


def threshold(value: float) -> str:
    """A threshold with two decimals, or as many as it has; NaN as a dash."""
    return number(value, 2) if round(value, 2) == value or math.isnan(value) else repr(float(value))


def price(value: float) -> str:
    """A price with two decimals, or as many as it has, up to six digits: 0.004 as "0.004"."""
    return number(value, 2) if round(value, 2) == value else f"{value:g}"


def estimate(of: Estimate, *, share: bool = True) -> str:
    """An estimate as "89.3% [86.1, 91.9]", or without brackets where there is no interval."""
    if not of.defined:
        return DASH
    value = percent(of.value) if share else number(of.value)
    ends = interval(of, share=share)
    return f"{value} {ends}" if ends else value


def interval(of: Estimate, *, share: bool = True) -> str:
    """The interval as "[86.1, 91.9]"; nothing where there is no interval."""
    if math.isnan(of.low) or math.isnan(of.high):
        return ""
    if share:
        return f"[{100 * of.low:.1f}, {100 * of.high:.1f}]"
    return f"[{of.low:.3f}, {of.high:.3f}]"


def difference(
    of: Estimate,
    *,
    share: bool = True,
    apart_from: Sequence[float] = (0.0,),
    least: int | None = None,
) -> str:
    """A difference as "+3.2 [+0.8, +5.7]" in points for shares, in plain units otherwise.

    With `least` decimals (1 of points, else 3), and more where an end would look like one of
    `apart_from` without being it: an interval that excludes 0 never shows a 0.
    """
    if not of.defined:
        return DASH
    scale, usual = (100, 1) if share else (1, 3)
    least = usual if least is None else least
    if math.isnan(of.low):
        return signed(scale * of.value, least)
    decimals = telling(
        [scale * of.low, scale * of.high],
        apart_from=[scale * one for one in apart_from],
        least=least,
    )
    value, low, high = (signed(scale * one, decimals) for one in (of.value, of.low, of.high))
    return f"{value} [{low}, {high}]"


def two_points(low: float, high: float, *, apart_from: Sequence[float]) -> str:
    """Two ends as "-4.8 and -0.2" points, with the decimals that `difference` would give them."""
    ends = [100 * low, 100 * high]
    decimals = telling(ends, apart_from=[100 * one for one in apart_from], least=1)
    return " and ".join(signed(end, decimals) for end in ends)


def between(of: Estimate) -> str:
    """An interval on both sides of 0 as "between 1.2 points worse and 3.4 better"."""
    ends = [-100 * of.low, 100 * of.high]
    decimals = telling(ends, apart_from=[0.0], least=1)
    worse, better = (number(abs(end), decimals) for end in ends)
    return f"between {worse} points worse and {better} better"


def telling(values: Sequence[float], *, apart_from: Sequence[float], least: int) -> int:
    """The fewest decimals, `least` or more, with which no value looks like another that it is not.

    16 at most: with so many every float is told apart.
    """
    for decimals in range(least, 16):
        alike = [
            (a, b) for a in values for b in apart_from if round(a, decimals) == round(b, decimals)
        ]
        if all(a == b for a, b in alike):
            return decimals
    return 16


def about(n: int) -> str:
    """A number that is only known roughly: "about 1,900" for 1,854, two digits, rounded up."""
    if n < 100:
        return f"about {n}"
    unit = 10 ** (len(str(n)) - 2)
    return f"about {-(-n // unit) * unit:,}"


def count(n: int, singular: str, plural: str = "") -> str:
    """A count with its noun: "1 ticket", "2,310 tickets"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def of_100(share: float) -> str:
    """A share as a whole number of a hundred; one that only rounds to 0 or 100 is said as such."""
    if math.isnan(share):
        return DASH
    whole = math.floor(100 * share + 0.5)
    if whole == 0 and share > 0:
        return "fewer than 1"
    if whole == 100 and share < 1:
        return "more than 99"
    return str(whole)


def points_of_100(of: Estimate, *, shown: tuple[str, str], apart_from: Sequence[float]) -> str:
    """A difference of shares in whole points, as "+24 [+18, +30]", or a dash.

    With a decimal where the two values that are `shown` beside it would seem to differ by another
    number, and with more where an end would look like one of `apart_from` without being it.
    """
    if not of.defined:
        return DASH
    fits = all(one.isdigit() for one in shown)
    fits = fits and int(shown[1]) - int(shown[0]) == round(100 * of.value)
    return difference(of, apart_from=apart_from, least=0 if fits else 1)

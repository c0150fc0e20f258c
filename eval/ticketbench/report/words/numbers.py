"""How numbers look in every page: one formatter, so text, table and JSON cannot disagree."""

from __future__ import annotations

import math

from ticketbench.core.types import Estimate

DASH = "–"


def percent(value: float, decimals: int = 1) -> str:
    """0.893 as "89.3%"; NaN as a dash."""
    return DASH if math.isnan(value) else f"{100 * value:.{decimals}f}%"


def points(value: float) -> str:
    """A difference of shares in signed points: 0.032 as "+3.2"; NaN as a dash."""
    return DASH if math.isnan(value) else _unsigned_zero(f"{100 * value:+.1f}")


def number(value: float, decimals: int = 3) -> str:
    """A plain number; NaN as a dash."""
    return DASH if math.isnan(value) else f"{value:.{decimals}f}"


def p_value(value: float) -> str:
    """A p-value with three decimals, never as a bare zero; NaN as a dash."""
    return "<0.001" if value < 0.0005 else number(value)


def signed(value: float, decimals: int = 3) -> str:
    """A signed number; NaN as a dash."""
    return DASH if math.isnan(value) else _unsigned_zero(f"{value:+.{decimals}f}")


def _unsigned_zero(text: str) -> str:
    """A zero without its sign."""
    return text if text.strip("+-0.") else text.lstrip("+-")


def threshold(value: float) -> str:
    """A threshold with two decimals, or as many as it has; NaN as a dash."""
    return number(value, 2) if round(value, 2) == value or math.isnan(value) else f"{value:g}"


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


def difference(of: Estimate, *, share: bool = True) -> str:
    """A difference as "+3.2 [+0.8, +5.7]" in points for shares, in plain units otherwise."""
    if not of.defined:
        return DASH
    show = points if share else signed
    if math.isnan(of.low):
        return show(of.value)
    return f"{show(of.value)} [{show(of.low)}, {show(of.high)}]"


def count(n: int, singular: str, plural: str = "") -> str:
    """A count with its noun: "1 ticket", "2,310 tickets"."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"

"""A loss in words: the one seen, the one allowed, and the largest that is not excluded."""

from __future__ import annotations

import math

from ticketbench.measure.pairs.verdict import exceeds
from ticketbench.report.words import numbers

_MOST_DECIMALS = 6
_ROUNDING = 1e-9


def allowed_text(margin: float, *, share: bool) -> str:
    """A margin as it was written: "2 points", "1 point", or "0.05" of what is no share."""
    written = plain_text(margin, share=share)
    return f"{written} {'point' if written == '1' else 'points'}" if share else written


def plain_text(margin: float, *, share: bool) -> str:
    """The same without its unit: "2", of what is no share "0.05"."""
    return f"{round(100 * margin, 6):g}" if share else f"{margin:g}"


def left_text(left: float, margin: float, *, share: bool) -> str:
    """The largest loss that is not excluded, never printed as the one allowed; nothing for NaN,
    where no loss is.
    """
    if math.isnan(left):
        return ""
    if left == 0:
        return "a loss is ruled out"
    return f"a loss of up to {_loss(left, share=share, beside=margin)} cannot be ruled out"


def seen_text(seen: float, margin: float, *, share: bool) -> str:
    """Why a gate is red by the loss seen alone, and how to have the rule that waits."""
    return (
        f"red because the loss on these tickets is {_loss(seen, share=share, beside=margin)}, with "
        f"{plain_text(margin, share=share)} allowed; luck with the tickets alone could do that; "
        "`undecided: pass` keeps the rule of 0.1"
    )


def person_text(seen: float, margin: float, *, share: bool) -> str:
    """What is left to do where the loss seen is near the one allowed, or over it and not shown."""
    allowed = plain_text(margin, share=share)
    loss = f"the loss on these tickets is {_loss(seen, share=share, beside=margin)}"
    if exceeds(seen, margin):
        luck = "luck with the tickets alone could do that"
        return f"{loss}, with {allowed} allowed; {luck}; a person decides"
    settle = f"more tickets seldom tell on which side of {allowed} the true loss is"
    return f"{loss}, with {allowed} allowed; {settle}; a person decides"


def _loss(value: float, *, share: bool, beside: float = math.nan) -> str:
    """A loss, with as many decimals as it takes to tell it from none and from the one `beside`."""
    scaled, other = (100 * one if share else one for one in (value, beside))
    decimals = 1 if share else 3
    apart = [one for one in (0.0, other) if not math.isclose(scaled, one, rel_tol=_ROUNDING)]
    while decimals < _MOST_DECIMALS and any(_alike(scaled, one, decimals) for one in apart):
        decimals += 1
    shown = numbers.number(scaled, decimals)
    return f"{shown} points" if share else shown


def _alike(one: float, other: float, decimals: int) -> bool:
    return round(one, decimals) == round(other, decimals)

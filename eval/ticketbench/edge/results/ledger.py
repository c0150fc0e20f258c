"""The ledger of a baseline, as a value: where it was pinned, and what was blessed since."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

DIGITS = 6
"""Digits that a baseline keeps of a number: more would change without a meaning."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What a ledger counts from: fingerprints of the inputs that were blessed then, and no date.

    merged    how many baselines had been blessed since the pin before
    accepted  their seen changes of accuracy added up; NaN where nothing is known of them
    reason    why the pin was set; empty for the one that a ledger begins with
    """

    dataset: str
    rubrics: str
    answers: str
    merged: int = 0
    accepted: float = math.nan
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SeenChange:
    """What one blessing changed in accuracy, seen on `n` tickets; NaN where there are none.

    n       tickets that the baseline before has too, with the same gold label
    reason  why it was blessed
    """

    change: float
    n: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The pins, the last of which counts, and what was blessed since, oldest first.

    merged    how many baselines were blessed since the pin: the fewest looks at these tickets
    sum_seen  their seen changes added up; 0 without any, NaN where none could be seen
    """

    pins: tuple[Pin, ...]
    seen: tuple[SeenChange, ...] = ()
    merged: int = field(init=False)
    sum_seen: float = field(init=False)

    def __post_init__(self) -> None:
        known = [one.change for one in self.seen if one.n]
        total = math.nan if self.seen and not known else math.fsum(known)
        object.__setattr__(self, "merged", len(self.seen))
        object.__setattr__(self, "sum_seen", round(total, DIGITS) + 0.0)

    @property
    def pin(self) -> Pin:
        """The pin that counts."""
        return self.pins[-1]

    @property
    def n_unseen(self) -> int:
        """How many blessings had no ticket in common with the baseline before them."""
        return sum(not one.n for one in self.seen)

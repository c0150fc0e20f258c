"""The ledger of a baseline, as a value: where it was pinned, what was judged and blessed since."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import Rubric, RubricSet

DIGITS = 6
"""Digits that a baseline keeps of a number: more would change without a meaning."""

SIGN_DIGITS = 10
"""Of the hash of a ticket that a look keeps: 2,000 tickets and 10,000 of before share a sign by
chance in one of 50,000 releases, and 2,000 tickets are 20 kB in the file."""


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
class Asked:
    """Which questions were asked, of whom, and the policy that decided by the answers.

    rubric_set  the name of the set in the config; `endpoint` the URL that answered
    """

    rubric_set: str
    endpoint: str
    policy: Policy
    rubrics: tuple[Rubric, ...]

    @property
    def questions(self) -> RubricSet:
        """The rubric set, under its name."""
        return RubricSet(self.rubric_set, self.rubrics)


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
class Look:
    """A release that was judged against the pin on fresh tickets, whether it shipped or not.

    rubric_set, rubrics, endpoint  what was judged: its name, the fingerprint of its questions, URL
    log      fingerprint of the tickets; `tickets` the sign of each, sorted and written as one
    n        how many they are, of which `n_labelled` were labelled
    change   the gain seen against the pin; `low` its one-sided bound
    ships    whether a loss of the budget was excluded
    """

    rubric_set: str
    rubrics: str
    endpoint: str
    log: str
    n: int
    n_labelled: int
    change: float
    low: float
    ships: bool
    tickets: str

    def about(self, rubrics: str, endpoint: str, log: str) -> bool:
        """Whether this is the look at these answers on these tickets."""
        return (self.rubrics, self.endpoint, self.log) == (rubrics, endpoint, log)

    @property
    def signs(self) -> frozenset[str]:
        """The sign of each ticket."""
        places = range(0, len(self.tickets), SIGN_DIGITS)
        return frozenset(self.tickets[i : i + SIGN_DIGITS] for i in places)


def signs_of(hashes: Iterable[str]) -> str:
    """The tickets with these hashes, as a look keeps them."""
    return "".join(sorted(one[:SIGN_DIGITS] for one in hashes))


@dataclass(frozen=True, slots=True)
class Ledger:
    """The pins, the last of which counts, and what was blessed since, oldest first.

    pinned    what the last pin asked; None where it was blessed over before files kept that
    looks     releases that were judged since the pin, oldest first
    merged    how many baselines were blessed since the pin: the fewest looks at these tickets
    sum_seen  their seen changes added up; 0 without any, NaN where none could be seen
    """

    pins: tuple[Pin, ...]
    seen: tuple[SeenChange, ...] = ()
    pinned: Asked | None = None
    looks: tuple[Look, ...] = ()
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

"""How far the tickets of both sides are the same ones: counts, and the first ticket of each kind.

What two ranges of hashes say adds up: the counts, and the first of all by its id.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nsmallest

from ticketbench.measure.pairs.common_tickets import MOST_NAMES, Alone


@dataclass(frozen=True, slots=True)
class OneSided:
    """How many tickets one side alone has, and the first ones, each with its part."""

    n: int = 0
    first: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: OneSided) -> OneSided:
        """Of both ranges."""
        first = tuple(nsmallest(MOST_NAMES, (*self.first, *other.first)))
        return OneSided(self.n + other.n, first)

    @property
    def alone(self) -> Alone:
        """Without their parts."""
        return Alone(self.n, tuple(ticket for ticket, _ in self.first))


@dataclass(frozen=True, slots=True)
class OtherGold:
    """A ticket that has another gold label on the other side; of each side its part, and that."""

    ticket: str
    parts: tuple[str, str]
    gold: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Alike:
    """How many tickets are in both, in one side alone, and have another gold label in the other,
    with the first of these.
    """

    both: int
    alone: tuple[OneSided, OneSided]
    n_other: int
    other: OtherGold | None

    def __add__(self, more: Alike) -> Alike:
        """Of both ranges."""
        first, second = (a + b for a, b in zip(self.alone, more.alone, strict=True))
        known = [one for one in (self.other, more.other) if one is not None]
        other = min(known, key=lambda one: one.ticket, default=None)
        return Alike(self.both + more.both, (first, second), self.n_other + more.n_other, other)

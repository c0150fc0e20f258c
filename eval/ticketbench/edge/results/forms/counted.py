"""One problem for each cause, with how many rows have it, and where the first one stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ticketbench.core.errors import Problem
from ticketbench.core.quotes import clipped
from ticketbench.edge.results.forms.origin import Origin

MOST_VALUES = 5
"""Values that a message lists."""


@dataclass(frozen=True, slots=True)
class Found:
    """A problem, and the number of its first row, to sort by."""

    row: int
    problem: Problem


def at(row: int, what: str, origin: Origin, help_: str) -> Found:
    """The problem at the row of this number."""
    return Found(row, Problem(what, origin.place(row), help_))


def rows_of(n: int, total: int) -> str:
    """Such as `3 of 60 rows`."""
    return f"{n:,} of {total:,} row{'s' * (total != 1)}"


def several(n: int, what: str) -> str:
    """Such as `1 row` or `3 rows`."""
    return f"{n:,} {what}{'s' * (n != 1)}"


def listed_values(values: Sequence[str]) -> str:
    """The first five without quotes, and how many more there are."""
    shown = ", ".join(clipped(value) for value in values[:MOST_VALUES])
    more = len(values) - MOST_VALUES
    return f"{shown} and {more:,} more" if more > 0 else shown


def between(values: Sequence[float]) -> str:
    """Such as `0.97 to 0.99`, or the one value."""
    low, high = f"{min(values):.6g}", f"{max(values):.6g}"
    return low if low == high else f"{low} to {high}"

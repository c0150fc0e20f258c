"""What a file of tickets holds, in numbers: its labels, how long its texts are, what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import IntArray


@dataclass(frozen=True, slots=True)
class LabelCount:
    """A label, its tickets, and their share of all that have a label."""

    label: str
    n: int
    share: float


@dataclass(frozen=True, slots=True)
class Balance:
    """The labels of a file, the most frequent first, equal ones by name.

    n          rows with a label
    n_without  rows without one
    n_several  rows with several, which count for each of them
    """

    labels: tuple[LabelCount, ...]
    n: int
    n_without: int
    n_several: int


def balance(counts: Mapping[str, int], *, n: int, n_without: int, n_several: int) -> Balance:
    """The balance of labels by their counts; no labels: none, without a share."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Balance(
        tuple(LabelCount(label, times, times / n) for label, times in order),
        n,
        n_without,
        n_several,
    )


@dataclass(frozen=True, slots=True)
class Lengths:
    """Characters of the texts that are there: the ends, the median, and between which nine of ten
    lie; zeros where there is no text.
    """

    n: int
    shortest: int
    p05: int
    median: int
    p95: int
    longest: int


def lengths(characters: IntArray) -> Lengths:
    """The quantiles of lengths, each one that a text has; empty texts are not asked."""
    given = characters[characters > 0]
    if not len(given):
        return Lengths(0, 0, 0, 0, 0, 0)
    ends = np.quantile(given, [0, 0.05, 0.5, 0.95, 1], method="inverted_cdf")
    return Lengths(len(given), *(int(end) for end in ends))


@dataclass(frozen=True, slots=True)
class Holding:
    """Texts that hold something: how many, and the first of them by id or line; "" for none."""

    n: int = 0
    first: str = ""


@dataclass(frozen=True, slots=True)
class Personal:
    """Strings of a personal kind, such as "mail", and in how many texts they stand."""

    kind: str
    n_strings: int
    n_texts: int


@dataclass(frozen=True, slots=True)
class TextContents:
    """What texts hold beside what a customer wrote.

    n           texts that were looked at
    of          texts there are; more than `n` where a sample was looked at
    markup      HTML
    quoted      a reply that is quoted at the end
    signatures  a signature at the end
    personal    by kind, the most frequent first
    n_personal  texts with any of these
    """

    n: int
    of: int
    markup: Holding
    quoted: Holding
    signatures: Holding
    personal: tuple[Personal, ...]
    n_personal: int

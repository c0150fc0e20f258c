"""Every ticket of a file counted as it is read; of texts and ids only digests are kept."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from ticketbench.edge.texts.copies import copy_key
from ticketbench.measure.sample.equal_texts import EqualTexts, equal_texts
from ticketbench.measure.sample.inventory import Balance, Lengths, balance, lengths

if TYPE_CHECKING:
    from ticketbench.core.types import IntArray

MOST_VALUES = 10_000
"""With more different labels or splits a column holds something else; the others are counted
together."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as a file has it; empty where the file says nothing.

    annotators  people who labelled it, where each gave an answer; `disagreed` when they differ
    """

    line: int
    id: str
    text: str
    labels: tuple[str, ...] = ()
    group: str = ""
    split: str = ""
    annotators: int = 0
    disagreed: bool = False


class Tally:
    """Counts of the tickets that were added."""

    def __init__(self) -> None:
        self._texts, self._ids = array("q"), array("q")
        self._lengths, self._lines = array("q"), array("q")
        self._labels, self._splits = array("q"), array("q")
        self._names = _Names()
        self._groups = array("q")
        self._label_sets, self._split_names = _Numbers(), _Numbers()
        self._by_label: Counter[str] = Counter()
        self._n_several = self._n_labelled = self._n_without = self.n = 0

    def add(self, ticket: Seen) -> None:
        """Count one more ticket."""
        self.n += 1
        self._texts.append(_digest(copy_key(ticket.text)))
        self._ids.append(_digest(ticket.id))
        self._lengths.append(len(ticket.text))
        self._lines.append(ticket.line)
        self._names.add(ticket.id)
        self._labels.append(self._label_sets.of("\0".join(ticket.labels)))
        self._splits.append(self._split_names.of(ticket.split))
        self._groups.append(_digest(ticket.group))
        self._n_labelled += bool(ticket.labels)
        self._n_without += not ticket.labels and not ticket.disagreed
        self._n_several += len(ticket.labels) > 1
        for label in ticket.labels:
            if label in self._by_label or len(self._by_label) < MOST_VALUES:
                self._by_label[label] += 1

    def named(self, row: int) -> str:
        """The id of a row, or its line where there is none."""
        return self._names[row] or f"line {self._lines[row]:,}"

    def balance(self) -> Balance:
        """The labels and how many tickets have each."""
        return balance(
            self._by_label,
            n=self._n_labelled,
            n_without=self._n_without,
            n_several=self._n_several,
        )

    def lengths(self) -> Lengths:
        """How long the texts are."""
        return lengths(_array(self._lengths))

    def equal(self) -> EqualTexts:
        """What stands more than once."""
        texts, ids = _array(self._texts), _array(self._ids)
        return equal_texts(texts, ids, _array(self._labels), _array(self._splits))

    def splits(self) -> dict[str, int]:
        """Tickets by split, in the order of the file; none where there are no splits."""
        return self._split_names.counts()

    def groups(self) -> tuple[int, int]:
        """How many groups there are, and the tickets of the largest; zeros where there are none."""
        groups = _array(self._groups)
        _, sizes = np.unique(groups[groups != 0], return_counts=True)
        return len(sizes), int(sizes.max(initial=0))


def _digest(text: str) -> int:
    """64 bits of a text, 0 for an empty one.

    Two different texts of a million have the same in one of 37 million files.
    """
    if not text:
        return 0
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True) or 1


def _array(values: array[int]) -> IntArray:
    return np.frombuffer(values, dtype=np.int64) if values else np.zeros(0, dtype=np.int64)


class _Numbers:
    """A number from 0 for each value, in order of their coming; -1 for an empty one."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._counts: list[int] = []

    def of(self, value: str) -> int:
        """The number of `value`; beyond the most values all others share one."""
        if not value:
            return -1
        number = self._number.get(value)
        if number is None:
            if len(self._number) >= MOST_VALUES:
                return MOST_VALUES
            number = self._number[value] = len(self._number)
            self._counts.append(0)
        self._counts[number] += 1
        return number

    def counts(self) -> dict[str, int]:
        """How often each value came."""
        return dict(zip(self._number, self._counts, strict=True))


class _Names:
    """Texts by their place, in one row of bytes: a million ids take no million objects."""

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("q", [0])

    def add(self, name: str) -> None:
        """One more text, clipped: it is shown, never looked up."""
        self._bytes += name[:200].encode("utf-8", "replace")
        self._ends.append(len(self._bytes))

    def __getitem__(self, place: int) -> str:
        start, end = self._ends[place], self._ends[place + 1]
        return self._bytes[start:end].decode("utf-8", "replace")

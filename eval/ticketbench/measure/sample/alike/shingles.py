"""The 5-character shingles of texts, as hashes, without what is left out of some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import BoolArray, IntArray

SHINGLE = 5
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_CHUNK = 1 << 16

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Shingles:
    """The shingles of some texts one after the other, those of text i from `starts[i]` on."""

    values: Hashes
    starts: IntArray

    def sizes(self) -> IntArray:
        """How many shingles each text has."""
        return np.diff(np.append(self.starts, len(self.values)))

    def where(self, keep: BoolArray) -> Shingles:
        """Only these shingles."""
        kept = np.flatnonzero(keep)
        return Shingles(self.values[kept], np.searchsorted(kept, self.starts))

    def different(self) -> Shingles:
        """The different shingles of each text, sorted."""
        values = self.values.copy()
        for own in Shingles(values, self.starts).sets():
            own.sort()  # numpy's unique hashes, which takes twenty times as long
        keep = np.append(True, values[1:] != values[:-1])[: len(values)]
        keep[self.starts[self.sizes() > 0]] = True
        return Shingles(values, self.starts).where(keep)

    def sets(self) -> list[Hashes]:
        """The shingles of each text."""
        bounds = [*self.starts.tolist(), len(self.values)]
        return [self.values[start:stop] for start, stop in pairwise(bounds)]

    def which(self, wanted: Hashes) -> tuple[IntArray, IntArray]:
        """Where the sorted `wanted` shingles stand among all, and which of them stands there."""
        place = np.searchsorted(wanted, self.values)
        at = np.flatnonzero(np.append(wanted, np.uint64(0))[place] == self.values)
        at = at[place[at] < len(wanted)]
        return at, place[at]


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Normalised texts, and the different shingles of those of which something is left out."""

    plain: Sequence[str]
    left: dict[int, Hashes] = field(default_factory=dict)

    def shingles(self, rows: IntArray) -> Iterator[tuple[IntArray, Shingles]]:
        """The shingles of these texts, some texts at a time; a shingle may come twice in a text.

        Texts of which something is left out come last. The others are made anew wherever they are
        needed: kept, they would take ten times the room of the texts.
        """
        is_left = np.array([row in self.left for row in rows.tolist()], np.bool_)
        whole = rows[~is_left]
        for part in _parts(whole, [len(self.plain[i]) for i in whole.tolist()]):
            yield part, _shingles([self.plain[i] for i in part.tolist()])
        rest = rows[is_left]
        for part in _parts(rest, [len(self.left[i]) for i in rest.tolist()]):
            sets = [self.left[i] for i in part.tolist()]
            ends = np.cumsum([len(own) for own in sets], dtype=np.int64)
            yield part, Shingles(np.concatenate(sets), np.append(0, ends[:-1]))

    def sets(self, rows: IntArray) -> dict[int, Hashes]:
        """The different shingles of each of these texts, sorted."""
        return {
            row: own
            for part, found in self.shingles(rows)
            for row, own in zip(part.tolist(), found.different().sets(), strict=True)
        }


def _parts(rows: IntArray, lengths: list[int]) -> list[IntArray]:
    bounds = np.flatnonzero(np.diff(np.cumsum(lengths, dtype=np.int64) // _CHUNK)) + 1
    return np.split(rows, bounds) if len(rows) else []


def _shingles(texts: list[str]) -> Shingles:
    """Every window of five code points as a 64-bit hash, in the order of the text.

    64 bits tell all shingles of any dataset apart in practice. Padding with NUL, which no
    normalised text has, makes a short text one shingle.
    """
    padded = [text.ljust(SHINGLE, "\0") for text in texts]
    encoded = "".join(padded).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(encoded, dtype="<u4").astype(np.uint64)
    hashes = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes *= _MULTIPLIER
        hashes += codes[offset : offset + len(hashes)]
    ends = np.cumsum([len(text) for text in padded], dtype=np.int64)
    within = np.ones(len(hashes), np.bool_)
    for offset in range(1, SHINGLE):
        within[ends[:-1] - offset] = False
    starts = np.append(0, ends[:-1]) - (SHINGLE - 1) * np.arange(len(texts))
    return Shingles(_mix(hashes)[within], starts)


def mixed(values: Hashes) -> Hashes:
    """Numbers whose every bit depends on every bit of the given: splitmix64 (Steele et al. 2014).

    Different numbers stay different.
    """
    return _mix(values.copy())


def _mix(values: Hashes) -> Hashes:
    """In place, which takes half the time."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        values ^= values >> np.uint64(shift)
        values *= np.uint64(factor)
    values ^= values >> np.uint64(31)
    return values

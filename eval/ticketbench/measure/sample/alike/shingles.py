"""The 5-character shingles of texts, as hashes, without what is left out of some of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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

    def owner(self) -> IntArray:
        """Which text each shingle belongs to."""
        sizes = np.diff(np.append(self.starts, len(self.values)))
        return np.repeat(np.arange(len(self.starts)), sizes)

    def where(self, keep: BoolArray) -> Shingles:
        """Only these shingles."""
        return Shingles(self.values[keep], np.append(0, np.cumsum(keep))[self.starts])

    def sets(self) -> list[Hashes]:
        """The different shingles of each text, sorted."""
        bounds = [*self.starts.tolist(), len(self.values)]
        return [np.unique(self.values[start:stop]) for start, stop in pairwise(bounds)]

    def held(self, wanted: Hashes) -> tuple[IntArray, IntArray]:
        """Which text has which of the sorted `wanted` shingles, each once."""
        place = np.searchsorted(wanted, self.values)
        hit = place < np.searchsorted(wanted, self.values, side="right")
        pairs = np.unique(self.owner()[hit] * len(wanted) + place[hit])
        return np.divmod(pairs, max(1, len(wanted)))


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """Shingles that are left out of the texts that carry them."""

    shingles: Hashes
    carriers: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Normalised texts, and what is left out of them before they are likened."""

    plain: Sequence[str]
    left_out: tuple[Shared, ...] = ()

    def without(self, shared: Shared) -> Texts:
        """The same texts with these shingles left out, too."""
        return replace(self, left_out=(*self.left_out, shared))

    def shingles(self, rows: IntArray) -> Iterator[tuple[IntArray, Shingles]]:
        """The shingles of these texts, some texts at a time; a shingle may come twice in a text.

        Made anew wherever they are needed: kept, they would take ten times the room of the texts.
        """
        ends = np.cumsum([len(self.plain[i]) for i in rows.tolist()], dtype=np.int64)
        bounds = np.flatnonzero(np.diff(ends // _CHUNK)) + 1
        for part in np.split(rows, bounds) if len(rows) else ():
            found = _shingles([self.plain[i] for i in part.tolist()])
            for shared in self.left_out:
                of_carrier = shared.carriers[part][found.owner()]
                found = found.where(~(of_carrier & np.isin(found.values, shared.shingles)))
            yield part, found

    def sets(self, rows: IntArray) -> dict[int, Hashes]:
        """The different shingles of each of these texts, sorted."""
        return {
            row: own
            for part, found in self.shingles(rows)
            for row, own in zip(part.tolist(), found.sets(), strict=True)
        }


def _shingles(texts: list[str]) -> Shingles:
    """Every window of five code points as a 64-bit hash, in the order of the text.

    64 bits tell all shingles of any dataset apart in practice. Padding with NUL, which no
    normalised text has, makes a short text one shingle.
    """
    padded = [text.ljust(SHINGLE, "\0") for text in texts]
    encoded = "".join(padded).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(encoded, dtype="<u4")
    hashes = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes *= _MULTIPLIER
        hashes += codes[offset : offset + len(hashes)]
    ends = np.cumsum([len(text) for text in padded], dtype=np.int64)
    within = np.ones(len(hashes), np.bool_)
    for offset in range(1, SHINGLE):
        within[ends[:-1] - offset] = False
    starts = np.append(0, ends[:-1]) - (SHINGLE - 1) * np.arange(len(texts))
    return Shingles(mixed(hashes[within]), starts)


def mixed(values: Hashes) -> Hashes:
    """Numbers whose every bit depends on every bit of the given: splitmix64 (Steele et al. 2014).

    Different numbers stay different.
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))

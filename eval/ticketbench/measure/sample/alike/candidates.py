"""Which pairs of texts are worth an exact check: those that agree in min-hashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.shingles import Hashes, Texts, mixed

HASHES = 64
_ROWS = 4
FEWEST_EQUAL = 40
"""Equal min-hashes of a pair, of 64, or it is not checked."""

CROWD = 17
"""More texts than these with one key say no longer that they are alike, but share a text."""

_PAIRS = 1 << 12

Signatures = NDArray[np.uint32]
Pairs = tuple[IntArray, IntArray]


def sign(signatures: Signatures, texts: Texts, rows: IntArray) -> None:
    """Write the 64 min-hashes of these texts: the least of a·x + b (mod 2^32) over its shingles.

    Two texts agree in each with a probability of their Jaccard similarity (Broder 1997). A text
    without any shingle has none: leave it out of `rows`.
    """
    seeds = mixed(np.arange(1, HASHES + 1, dtype=np.uint64))
    factors, terms = seeds.astype(np.uint32) | np.uint32(1), (seeds >> np.uint64(32)).astype("u4")
    for part, found in texts.shingles(rows):
        x = (found.values >> np.uint64(32)).astype(np.uint32)
        hashed, least = np.empty_like(x), np.empty((HASHES, len(part)), np.uint32)
        for i, (factor, term) in enumerate(zip(factors, terms, strict=True)):
            np.multiply(x, factor, out=hashed)
            hashed += term
            np.minimum.reduceat(hashed, found.starts, out=least[i])
        signatures[part] = least.T


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """The keys of some texts, a number per text and band of four min-hashes.

    crowded  whether too many texts have the key that a text has
    """

    keys: Hashes
    crowded: BoolArray

    @classmethod
    def of(cls, signatures: Signatures) -> Bands:
        """Equal keys for equal min-hashes."""
        bands = range(0, HASHES, _ROWS)
        keys = np.stack([_key(signatures[:, i : i + _ROWS]) for i in bands], axis=1)
        crowded = np.zeros(keys.shape, np.bool_)
        for band, key in enumerate(keys.T):
            _, which, times = np.unique(key, return_inverse=True, return_counts=True)
            crowded[:, band] = times[which] > CROWD
        return cls(keys, crowded)

    def part(self, rows: IntArray) -> Bands:
        """Those of some of the texts."""
        return Bands(self.keys[rows], self.crowded[rows])


def _key(band: Signatures) -> Hashes:
    key = np.zeros(len(band), np.uint64)
    for column in band.T:
        key = mixed(key ^ column)
    return key


def agreeing(signatures: Signatures, bands: Bands) -> Iterator[Pairs]:
    """Pairs of texts with a key in common that is no crowd's: at most 16 a text and band.

    Each pair comes once, and only with enough equal min-hashes.
    """
    for band, key in enumerate(bands.keys.T):
        rows = np.flatnonzero(~bands.crowded[:, band])
        order = rows[np.argsort(key[rows])]
        same = _same(key, order)
        for start in range(0, len(same[0]), _PAIRS):
            left, right = (side[start : start + _PAIRS] for side in same)
            enough = likely(signatures, left, right)
            left, right = left[enough], right[enough]
            equal = (bands.keys[left] == bands.keys[right]) & ~bands.crowded[left]
            first = equal.argmax(axis=1) == band
            yield left[first], right[first]


def _same(key: Hashes, order: IntArray) -> Pairs:
    """All pairs of texts with one key, from texts in the order of the keys."""
    left, right, ordered = [order[:0]], [order[:0]], key[order]
    for step in range(1, CROWD):
        same = np.flatnonzero(ordered[step:] == ordered[:-step])
        if not len(same):
            break
        left.append(order[same + step])
        right.append(order[same])
    return np.concatenate(left), np.concatenate(right)


def likely(signatures: Signatures, left: IntArray, right: IntArray) -> BoolArray:
    """Whether the texts of each pair have enough min-hashes in common to be checked."""
    equal = (signatures[left] == signatures[right]).sum(axis=1)
    return np.asarray(equal >= FEWEST_EQUAL, np.bool_)

"""Which pairs of texts are worth an exact check: those that agree in min-hashes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.shingles import Hashes, Texts, mixed

HASHES = 64
_ROWS = 4
_FEWEST_EQUAL = 40
"""Equal min-hashes of a pair, of 64, or it is not checked."""

_CROWD = 17
"""More texts than these with one key say no longer that they are alike, but share a text."""

_PAIRS = 1 << 10
_FEWEST_OWN = 3
"""Equal min-hashes that no crowd has, for texts that stand in one."""

Signatures = NDArray[np.uint32]
Keys = NDArray[np.uint32] | Hashes
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
        least = [
            np.minimum.reduceat(x * a + b, found.starts)
            for a, b in zip(factors, terms, strict=True)
        ]
        signatures[part] = np.stack(least, axis=1)


def candidates(signatures: Signatures, rows: IntArray) -> Iterator[Pairs]:
    """Pairs of these texts to check: at most 350 a text, however many share a text; mostly none.

    First those with one key of four min-hashes. A key of more than 17 texts is a crowd, in which
    all pairs would be too many. So only texts side by side are compared there, which ties near-
    copies to a chain; others of a crowd where they agree in three single min-hashes that are no
    crowd's, since they are alike by what the crowd does not share.
    """
    own = signatures[rows]
    keys = np.stack([_key(own[:, i : i + _ROWS]) for i in range(0, HASHES, _ROWS)], axis=1)
    crowded = _crowded(keys)
    for left, right in chain(_side_by_side(keys, crowded), _agreeing(keys, crowded, fewest=1)):
        yield from _likely(signatures, rows[left], rows[right])
    some = np.flatnonzero(crowded.any(axis=1))
    few = own[some]
    for left, right in _agreeing(few, _crowded(few), fewest=_FEWEST_OWN):
        yield from _likely(signatures, rows[some[left]], rows[some[right]])


def _key(band: Signatures) -> Hashes:
    """One number per text from its min-hashes in a band; equal ones for equal min-hashes."""
    key = np.zeros(len(band), np.uint64)
    for column in band.T:
        key = mixed(key ^ column)
    return key


def _crowded(keys: Keys) -> BoolArray:
    """Whether too many texts have the key that a text has, in each column."""
    crowded = np.zeros(keys.shape, np.bool_)
    for column, key in enumerate(keys.T):
        _, which, times = np.unique(key, return_inverse=True, return_counts=True)
        crowded[:, column] = times[which] > _CROWD
    return crowded


def _side_by_side(keys: Keys, crowded: BoolArray) -> Iterator[Pairs]:
    """Each text of a crowd and the next one.

    Sorting by one column after the other leaves texts of one key in the order of the columns
    before, so that the likest stand together.
    """
    order = np.arange(len(keys))
    for column, key in enumerate(keys.T):
        order = order[np.argsort(key[order], kind="stable")]
        same = (key[order][1:] == key[order][:-1]) & crowded[order[1:], column]
        yield order[1:][same], order[:-1][same]


def _agreeing(keys: Keys, crowded: BoolArray, *, fewest: int) -> Iterator[Pairs]:
    """Pairs with so many equal keys that are no crowd's; each pair once, at the first of them."""
    for column, key in enumerate(keys.T):
        rows = np.flatnonzero(~crowded[:, column])
        order = rows[np.argsort(key[rows], kind="stable")]
        for step in range(1, _CROWD):
            same = key[order[step:]] == key[order[:-step]]
            if not same.any():
                break
            left, right = order[step:][same], order[:-step][same]
            equal = (keys[left] == keys[right]) & ~crowded[left]
            first = (equal.argmax(axis=1) == column) & (equal.sum(axis=1) >= fewest)
            yield left[first], right[first]


def _likely(signatures: Signatures, left: IntArray, right: IntArray) -> Iterator[Pairs]:
    """Of these pairs the ones with enough equal min-hashes, some at a time."""
    for start in range(0, len(left), _PAIRS):
        a, b = left[start : start + _PAIRS], right[start : start + _PAIRS]
        likely = (signatures[a] == signatures[b]).sum(axis=1) >= _FEWEST_EQUAL
        yield a[likely], b[likely]

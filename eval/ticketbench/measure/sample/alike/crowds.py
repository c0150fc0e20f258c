"""Texts of which too many agree to compare them all: what few others have tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.candidates import Bands, Pairs
from ticketbench.measure.sample.alike.shingles import Hashes, Shingles, Texts

if TYPE_CHECKING:
    from scipy import sparse

_RARE = 256
"""Texts that have a rare shingle, at most: it costs each of them so many steps."""

_PREFIX = 5
"""One shingle of five is looked up. Near-duplicates need 15 %; more of them tell pairs apart."""

_HUBS = 8
_SLOTS = 1 << 20
_LOG_BITS = 11
_BITS = 1 << _LOG_BITS
_CHUNK = 1 << 12
_WORK = 1 << 19
_BLOCKS = 4
"""Of texts that look up those before them and in their block, so that few pairs come twice."""


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """What tells the texts of a crowd apart: their rarest shingles, and a bitmap of all of them.

    The rarest are a fifth of each text, as far as at most 256 texts have them. Rarity orders all
    shingles, so that of two texts the shingles up to the end of the part that ends first are either
    in both parts or not common: what else is common lies behind that end.

    has   text x slot of a shingle; shingles meet in a slot by chance, so counts may be too high
    ends  the rarity of the last shingle of the part, or the largest where fewer are rare
    rest  how many shingles lie behind that end
    size  how many shingles the text has
    bits  2,048 a text, each whether an odd number of its shingles falls there
    """

    has: sparse.csr_array
    ends: IntArray
    rest: IntArray
    size: IntArray
    bits: NDArray[np.uint16]

    def may_tie(self, left: IntArray, right: IntArray, common: IntArray) -> BoolArray:
        """Whether texts with so many rare shingles in common can be near-duplicates.

        A Jaccard similarity of .85 is 17/37 of both sizes in common (Bayardo et al. 2007).
        """
        a, b = self.ends[left], self.ends[right]
        first = np.where((a < b) | ((a == b) & (self.rest[left] < self.rest[right])), left, right)
        return 37 * (common + self.rest[first]) >= 17 * (self.size[left] + self.size[right])

    def differ_little(self, left: IntArray, right: IntArray) -> BoolArray:
        """Whether the bitmaps of these texts allow that they are near-duplicates.

        A bit differs only where a shingle is not common (Sandes et al. 2020), and of both sizes
        together near-duplicates have at most 3/37 that are not common.
        """
        found, ones = np.empty(len(left), np.bool_), _ones()
        for at in range(0, len(left), _CHUNK):
            a, b = left[at : at + _CHUNK], right[at : at + _CHUNK]
            differ = ones.take(self.bits[a] ^ self.bits[b]).sum(axis=1, dtype=np.uint16)
            found[at : at + _CHUNK] = 37 * differ.astype(np.int64) <= 3 * (
                self.size[a] + self.size[b]
            )
        return found

    def sharing(self, component: IntArray) -> Iterator[Pairs]:
        """All pairs of texts of different components that have a rare shingle in common and may
        tie.

        Most of a crowd is one component by now: its texts are looked up, but look nothing up.
        """
        apart = component != np.bincount(component).argmax()
        order = np.argsort(apart, kind="stable")
        has, of = self._of_several(component)[order], component[order]
        blocks = np.linspace(len(of) - np.count_nonzero(apart), len(of), _BLOCKS + 1, dtype=int)
        for start, stop in pairwise(np.unique(blocks).tolist()):
            for left, right, common in _in_common(has[start:stop], has[:stop]):
                once = np.flatnonzero((right < left + start) & (of[left + start] != of[right]))
                a, b = order[left[once] + start], order[right[once]]
                may = self.may_tie(a, b, common[once])
                yield a[may], b[may]

    def _of_several(self, component: IntArray) -> sparse.csr_array:
        """Only the slots that texts of different components have."""
        from scipy import sparse

        slots, of = self.has.indices, np.repeat(component, np.diff(self.has.indptr))
        one, several = np.zeros(_SLOTS, np.int64), np.zeros(_SLOTS, np.bool_)
        one[slots] = of
        several[slots[one[slots] != of]] = True
        keep = several[slots]
        starts = np.append(0, np.cumsum(keep))[self.has.indptr]
        return sparse.csr_array((self.has.data[keep], slots[keep], starts), self.has.shape)

    def hubs(self, bands: Bands) -> Iterator[Pairs]:
        """Each text with its hubs in each band: first those that tie most.

        The hubs of a crowd are the eight texts with the smallest share of their own. What ties to
        any text by nothing but what the crowd shares ties to the one with least of its own.
        """
        own = np.argsort(-(self.rest / self.size), kind="stable")
        crowds = [_crowds(bands, band, own) for band in range(bands.keys.shape[1])]
        for hub in range(_HUBS):
            for rows, start in crowds:
                later = np.flatnonzero(start + hub < np.arange(len(rows)))
                yield rows[later].astype(np.int64), rows[start[later] + hub].astype(np.int64)


def _in_common(
    looks: sparse.csr_array, among: sparse.csr_array
) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
    """Pairs of texts of both with slots in common, and how many, some texts at a time."""
    holders = among.T.tocsr()
    work = np.cumsum(looks @ np.diff(holders.indptr))
    steps = np.searchsorted(work, np.arange(0, int(work[-1]), _WORK))
    for start, stop in pairwise(np.unique([*steps, len(work)]).tolist()):
        common = (looks[start:stop] @ holders).tocoo()
        yield common.row.astype(np.int64) + start, common.col.astype(np.int64), common.data


def _crowds(bands: Bands, band: int, own: IntArray) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The texts of too many with one key, those of a key together, each key's in the order of
    `own`; and where those with the key of each begin.
    """
    rows = own[bands.crowded[own, band]]
    key = bands.keys[rows, band]
    order = np.argsort(key, kind="stable")
    new = np.append(True, key[order][1:] != key[order][:-1])[: len(order)]
    start = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    return rows[order].astype(np.int32), start.astype(np.int32)


def crowd_of(texts: Texts, rows: IntArray) -> Crowd:
    """What tells these texts apart, whose numbers ascend."""
    from scipy import sparse  # takes 30 MiB, and few sets have a crowd

    holders = np.zeros(_SLOTS, np.uint32)
    for _, found in texts.shingles(rows):
        np.add.at(holders, _slots(found.different().values), np.uint32(1))
    parts = [(part, _part(found.different(), holders)) for part, found in texts.shingles(rows)]
    order = np.argsort(np.concatenate([part for part, _ in parts]))
    counts, ends, rest, size, bits = (
        np.concatenate([getattr(found, name) for _, found in parts])
        for name in ("counts", "ends", "rest", "size", "bits")
    )
    indices = np.concatenate([found.slots for _, found in parts])
    starts = np.append(0, np.cumsum(counts)).astype(np.int32)
    ones = np.ones(len(indices), np.int32)
    has = sparse.csr_array((ones, indices, starts), shape=(len(rows), _SLOTS))
    return Crowd(has[order], ends[order], rest[order], size[order], bits[order])


@cache
def _ones() -> NDArray[np.uint8]:
    """How many bits of each 16-bit number are set; numpy 1.26 counts none."""
    numbers = np.arange(1 << 16, dtype=np.uint16).view(np.uint8).reshape(-1, 2)
    return np.asarray(np.unpackbits(numbers, axis=1).sum(axis=1), np.uint8)


def _slots(values: Hashes) -> IntArray:
    return (values & np.uint64(_SLOTS - 1)).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Of some texts one after the other: the slots that another text has, too, how many those are,
    and the rest as `Crowd` has it.
    """

    slots: NDArray[np.int32]
    counts: IntArray
    ends: IntArray
    rest: IntArray
    size: IntArray
    bits: NDArray[np.uint16]


def _part(found: Shingles, holders: NDArray[np.uint32]) -> _Part:
    """What of these texts is rare. A number of text and rarity sorts both at once: 32 bits each."""
    size, slots = found.sizes(), _slots(found.values)
    times = holders[slots].astype(np.int64)
    few = times <= _RARE
    n_few = found.where(few).sizes()
    owner = np.repeat(np.arange(len(size)), n_few)
    rarity = np.sort(owner << 32 | (times * _SLOTS + slots)[few]) & ((1 << 32) - 1)
    starts = np.cumsum(n_few) - n_few
    prefix = np.minimum(n_few, size // _PREFIX + 1)
    ends = np.full(len(size), (_RARE + 1) * _SLOTS)
    cut = np.flatnonzero(prefix < n_few)
    ends[cut] = rarity[starts[cut] + prefix[cut] - 1]
    kept = np.flatnonzero(
        (np.arange(len(rarity)) - starts[owner] < prefix[owner]) & (rarity >= 2 * _SLOTS)
    )
    counts = np.bincount(owner[kept], minlength=len(size))
    rarest = (rarity[kept] & (_SLOTS - 1)).astype("i4")
    return _Part(rarest, counts, ends, size - prefix, size, _bits(found))


def _bits(found: Shingles) -> NDArray[np.uint16]:
    """The bitmap of each text, by the highest bits of its shingles; slots go by the lowest."""
    n = len(found.starts)
    at = (found.values >> np.uint64(64 - _LOG_BITS)).astype(np.int64)
    at += _BITS * np.repeat(np.arange(n), found.sizes())
    odd = np.bincount(at, minlength=n * _BITS).astype(np.uint8) & np.uint8(1)
    return np.packbits(odd.reshape(n, _BITS), axis=1).view(np.uint16)

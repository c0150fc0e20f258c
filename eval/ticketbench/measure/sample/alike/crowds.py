"""Texts of which too many agree to compare them all: what few others have tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.candidates import FEWEST_EQUAL, Bands, Pairs, Signatures
from ticketbench.measure.sample.alike.shingles import Hashes, Shingles, Texts

if TYPE_CHECKING:
    from scipy import sparse

_RARE = 256
"""Texts that have a rare shingle, at most: it costs each of them so many steps."""

_PREFIX = 5
"""One shingle of five is looked up. Near-duplicates need 15 %; more of them tell pairs apart."""

_HUBS = 8
_SLOTS = 1 << 20
_CHUNK = 1 << 12
_WORK = 1 << 19
_LIKE = 54
"""Equal min-hashes of 64 that make a check worth its time, where it is not needed: .85."""


@dataclass(frozen=True, slots=True, eq=False)
class Rare:
    """The rarest shingles of each text of a crowd: a fifth of them, which at most 256 texts have.

    Rarity orders all shingles, so that of two texts the shingles up to the end of the part that
    ends first are either in both parts or not common: what else is common lies behind that end.

    has   text x slot of a shingle; shingles meet in a slot by chance, so counts may be too high
    ends  the rarity of the last shingle of the part, or the largest where fewer are rare
    rest  how many shingles lie behind that end
    size  how many shingles the text has
    """

    has: sparse.csr_array
    ends: IntArray
    rest: IntArray
    size: IntArray

    def may_tie(self, left: IntArray, right: IntArray, common: IntArray | int = 0) -> BoolArray:
        """Whether texts with so many rare shingles in common can be near-duplicates.

        A Jaccard similarity of .85 is 17/37 of both sizes in common (Bayardo et al. 2007).
        """
        a, b = self.ends[left], self.ends[right]
        first = np.where((a < b) | ((a == b) & (self.rest[left] < self.rest[right])), left, right)
        return 37 * (common + self.rest[first]) >= 17 * (self.size[left] + self.size[right])

    def sharing(self) -> Iterator[Pairs]:
        """All pairs of texts that have a rare shingle in common and may tie."""
        holders = self.has.T.tocsr()
        work = np.cumsum(self.has @ np.diff(holders.indptr))
        steps = np.searchsorted(work, np.arange(0, int(work[-1]), _WORK))
        for start, stop in pairwise(np.unique([*steps, len(work)]).tolist()):
            common = (self.has[start:stop] @ holders).tocoo()
            left, right = common.row.astype(np.int64) + start, common.col.astype(np.int64)
            once = np.flatnonzero(right < left)
            left, right = left[once], right[once]
            may = self.may_tie(left, right, common.data[once])
            yield left[may], right[may]


def rare(texts: Texts, rows: IntArray) -> Rare:
    """The rarest shingles among these texts, whose numbers ascend."""
    from scipy import sparse  # takes 30 MiB, and few sets have a crowd

    holders = np.zeros(_SLOTS, np.uint32)
    for _, found in texts.shingles(rows):
        np.add.at(holders, _slots(found.different().values), np.uint32(1))
    parts = [(part, _part(found.different(), holders)) for part, found in texts.shingles(rows)]
    order = np.argsort(np.concatenate([part for part, _ in parts]))
    counts, ends, rest, size = (
        np.concatenate([getattr(found, name) for _, found in parts])
        for name in ("counts", "ends", "rest", "size")
    )
    indices = np.concatenate([found.slots for _, found in parts])
    starts = np.append(0, np.cumsum(counts)).astype(np.int32)
    ones = np.ones(len(indices), np.int32)
    has = sparse.csr_array((ones, indices, starts), shape=(len(rows), _SLOTS))
    return Rare(has[order], ends[order], rest[order], size[order])


def _slots(values: Hashes) -> IntArray:
    return (values & np.uint64(_SLOTS - 1)).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Of some texts one after the other: the slots that another text has, too, how many those are,
    and the rest as `Rare` has it.
    """

    slots: NDArray[np.int32]
    counts: IntArray
    ends: IntArray
    rest: IntArray
    size: IntArray


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
    return _Part((rarity[kept] & (_SLOTS - 1)).astype("i4"), counts, ends, size - prefix, size)


def worth(
    signatures: Signatures, crowd: IntArray, rare: Rare, pairs: Iterator[Pairs]
) -> Iterator[Pairs]:
    """Of these pairs the ones to check now: not those of a crowd that hardly agree and cannot tie
    but by a rare shingle, for `sharing` has them.
    """
    place = np.full(len(signatures), -1)
    place[crowd] = np.arange(len(crowd))
    for left, right in pairs:
        keep = np.ones(len(left), np.bool_)
        both = np.flatnonzero((place[left] >= 0) & (place[right] >= 0))
        like = (signatures[left[both]] == signatures[right[both]]).sum(axis=1) >= _LIKE
        keep[both] = like | rare.may_tie(place[left[both]], place[right[both]])
        yield left[keep], right[keep]


def hubs(signatures: Signatures, bands: Bands, rare: Rare) -> Iterator[Pairs]:
    """Each text of a crowd with the one of its hubs that it agrees with most, a pair a band.

    The hubs of a crowd are the eight texts with the smallest share of their own. What ties to any
    text by nothing but what the crowd shares ties to the one with least of its own.
    """
    rank = np.argsort(np.argsort(-(rare.rest / rare.size), kind="stable"))
    for band, key in enumerate(bands.keys.T):
        rows = np.flatnonzero(bands.crowded[:, band])
        order = rows[np.lexsort((rank[rows], key[rows]))]
        new = np.append(True, key[order][1:] != key[order][:-1])[: len(order)]
        place = np.arange(len(order))
        start = np.maximum.accumulate(np.where(new, place, 0))
        for at in range(0, len(order), _CHUNK):
            part = slice(at, at + _CHUNK)
            yield _nearest(signatures, order, start[part], place[part])


def _nearest(signatures: Signatures, order: IntArray, start: IntArray, place: IntArray) -> Pairs:
    """The texts at these places, each with the likest hub before it, where one is like it."""
    best, most = start.copy(), np.full(len(start), FEWEST_EQUAL - 1)
    own = signatures[order[place]]
    for hub in range(_HUBS):
        at = np.minimum(start + hub, place)
        equal = (own == signatures[order[at]]).sum(axis=1)
        better = (equal > most) & (at < place)
        best[better], most[better] = at[better], equal[better]
    found = most >= FEWEST_EQUAL
    return order[place[found]], order[best[found]]

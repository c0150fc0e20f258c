"""What an exact check of the candidates ties: components of near-duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.candidates import Bands, Pairs, Signatures, agreeing, likely
from ticketbench.measure.sample.alike.crowds import Crowd, crowd_of
from ticketbench.measure.sample.alike.shingles import Hashes, Texts

_JACCARD = 850
"""Smallest Jaccard similarity of near-duplicates, in thousandths."""

_FEWEST_CROWDED = 2
"""Bands in which too many agree with a text of a crowd: one is made up for by the 15 others."""

_PAIRS = 1 << 11


def components(texts: Texts, signatures: Signatures, rows: IntArray, known: IntArray) -> IntArray:
    """The component of each text, named by its first; of texts that are not in `rows` the one that
    is `known`. What is known to be tied is not checked again.
    """
    own = signatures[rows]
    bands, place = Bands.of(own), np.full(len(rows), -1)
    at = np.flatnonzero(bands.crowded.sum(axis=1) >= _FEWEST_CROWDED)
    place[at] = np.arange(len(at))
    crowd = crowd_of(texts, rows[at]) if len(at) else None
    search = _Search(texts, rows, own, crowd, place, known.copy())
    search.tie(agreeing(own, bands))
    if crowd:
        search.tie((at[a], at[b]) for a, b in crowd.hubs(bands.part(at)))
        sharing = crowd.sharing(search.component[rows[at]])
        search.tie((at[a], at[b]) for a, b in sharing)
    return search.component


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What is searched, and what it has tied so far.

    rows       which of all texts are searched: pairs are numbers among these
    signatures, place    of each of them: its min-hashes, and where it stands in the crowd, or -1
    component  of each of all texts; changed in place
    """

    texts: Texts
    rows: IntArray
    signatures: Signatures
    crowd: Crowd | None
    place: IntArray
    component: IntArray

    def tie(self, candidates: Iterator[Pairs]) -> None:
        """Tie those of these pairs that are near-duplicates."""
        for left, right in _parts(self._likely(pairs) for pairs in candidates):
            a, b = self.rows[left], self.rows[right]
            apart = self.component[a] != self.component[b]
            a, b = a[apart], b[apart]
            near = _near(self.texts, a, b)
            if near.any():
                self.component[:] = _joined(self.component, (a[near], b[near]))

    def _likely(self, pairs: Pairs) -> Pairs:
        """Those that are apart still and may be near-duplicates."""
        left, right = pairs
        apart = self.component[self.rows[left]] != self.component[self.rows[right]]
        left, right = left[apart], right[apart]
        if self.crowd:
            may = self._may_tie(self.crowd, self.place[left], self.place[right])
            left, right = left[may], right[may]
        enough = likely(self.signatures, left, right)
        return left[enough], right[enough]

    def _may_tie(self, crowd: Crowd, left: IntArray, right: IntArray) -> BoolArray:
        """By the bitmaps of the crowd; always where one of them is not in it."""
        may = (left < 0) | (right < 0)
        both = np.flatnonzero(~may)
        may[both] = crowd.differ_little(left[both], right[both])
        return may


def _parts(pairs: Iterator[Pairs]) -> Iterator[Pairs]:
    """The same pairs, about as many at a time as are checked together."""
    waiting, n = list[Pairs](), 0
    for pair in pairs:
        waiting.append(pair)
        n += len(pair[0])
        if n >= _PAIRS:
            yield from _cut(waiting)
            waiting, n = [], 0
    if n:
        yield from _cut(waiting)


def _cut(waiting: list[Pairs]) -> Iterator[Pairs]:
    left, right = (np.concatenate(side) for side in zip(*waiting, strict=True))
    for at in range(0, len(left), _PAIRS):
        yield left[at : at + _PAIRS], right[at : at + _PAIRS]


def _near(texts: Texts, left: IntArray, right: IntArray) -> BoolArray:
    """Whether the texts of each pair are near-duplicates."""
    of = texts.sets(np.union1d(left, right))
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return np.array([alike(of[a], of[b]) for a, b in pairs], np.bool_)


def alike(a: Hashes, b: Hashes) -> bool:
    """Whether the Jaccard similarity is .85 or more; in whole numbers, which do not round."""
    both = np.concatenate((a, b))
    both.sort(kind="stable")  # two sorted parts: it merges them
    common = int(np.count_nonzero(both[1:] == both[:-1]))
    return 1000 * common >= _JACCARD * (len(both) - common)


def _joined(component: IntArray, pairs: Pairs) -> IntArray:
    """The components after tying these pairs; each is named by its first text."""
    name = np.arange(len(component))
    left, right = component[pairs[0]], component[pairs[1]]
    while (name[left] != name[right]).any():
        a, b = name[left], name[right]
        np.minimum.at(name, np.maximum(a, b), np.minimum(a, b))
        while (name[name] != name).any():
            name = name[name]
    return name[component]

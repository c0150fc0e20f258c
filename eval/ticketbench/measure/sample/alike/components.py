"""What an exact check of the candidates ties: components of near-duplicates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.candidates import Bands, Pairs, Signatures, agreeing, likely
from ticketbench.measure.sample.alike.crowds import hubs, rare, worth
from ticketbench.measure.sample.alike.shingles import Hashes, Texts

_JACCARD = 850
"""Smallest Jaccard similarity of near-duplicates, in thousandths."""

_FEWEST_CROWDED = 2
"""Bands in which too many agree with a text of a crowd: one is made up for by the 15 others."""

_PAIRS = 1 << 11


def components(texts: Texts, signatures: Signatures, rows: IntArray) -> IntArray:
    """The component of each text, named by its first; texts that are not in `rows` stay alone."""
    own = signatures[rows]
    bands, component = Bands.of(own), np.arange(len(texts.plain))
    for left, right in _parts(_candidates(texts, own, rows, bands)):
        a, b = rows[left], rows[right]
        check = np.flatnonzero(component[a] != component[b])
        check = check[likely(own, left[check], right[check])]
        near = _near(texts, a[check], b[check])
        component = _joined(component, (a[check][near], b[check][near]))
    return component


def _candidates(
    texts: Texts, signatures: Signatures, rows: IntArray, bands: Bands
) -> Iterator[Pairs]:
    """Pairs to check: first those that cost least, so that most of a crowd is tied by then."""
    crowd = np.flatnonzero(bands.crowded.sum(axis=1) >= _FEWEST_CROWDED)
    if not len(crowd):
        yield from agreeing(signatures, bands)
        return
    found = rare(texts, rows[crowd])
    yield from worth(signatures, crowd, found, agreeing(signatures, bands))
    few = signatures[crowd]
    of_crowd = hubs(few, bands.part(crowd), found)
    yield from worth(signatures, crowd, found, ((crowd[a], crowd[b]) for a, b in of_crowd))
    yield from ((crowd[a], crowd[b]) for a, b in found.sharing())


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

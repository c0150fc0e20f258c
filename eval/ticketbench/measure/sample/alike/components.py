"""What an exact check of the candidates ties: components of near-duplicates."""

from __future__ import annotations

import numpy as np

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.candidates import Pairs, Signatures, candidates
from ticketbench.measure.sample.alike.shingles import Hashes, Texts

_JACCARD = 850
"""Smallest Jaccard similarity of near-duplicates, in thousandths."""


def components(texts: Texts, signatures: Signatures, rows: IntArray, *, most: int) -> IntArray:
    """The component of each text, named by its first; texts that are not in `rows` stay alone.

    Ends early once a component has `most` texts: components only grow, so one that is too large
    stays so.
    """
    component = np.arange(len(texts.plain))
    for left, right in candidates(signatures, rows):
        untied = component[left] != component[right]
        if not untied.any():
            continue
        left, right = left[untied], right[untied]
        near = _near(texts, left, right)
        component = _joined(component, (left[near], right[near]))
        if np.bincount(component).max() >= most:
            break
    return component


def _near(texts: Texts, left: IntArray, right: IntArray) -> BoolArray:
    """Whether the texts of each pair are near-duplicates."""
    of = texts.sets(np.union1d(left, right))
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return np.array([alike(of[a], of[b]) for a, b in pairs], np.bool_)


def alike(a: Hashes, b: Hashes) -> bool:
    """Whether the Jaccard similarity is .85 or more; in whole numbers, which do not round."""
    common = len(np.intersect1d(a, b, assume_unique=True))
    return 1000 * common >= _JACCARD * (len(a) + len(b) - common)


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

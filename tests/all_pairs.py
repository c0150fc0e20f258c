"""Near-duplicates by the exact similarity of all pairs, from libraries: no hash, no guess.

Shingles by scikit-learn's CountVectorizer, components by scipy.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.near_duplicates import normalised


def components_of(plain: list[str]) -> IntArray:
    """The component of each normalised text, named by its first."""
    return _components(_shingles(plain), np.ones(len(plain), np.bool_))


def groups_of(texts: list[str]) -> tuple[list[int], int, int]:
    """Group numbers in order of appearance, and how many texts carry a shared text or were dropped,
    by the rule as it is written: whole components, nothing ends early.
    """
    plain = normalised(texts)
    different = sorted(set(plain))
    has, n = _shingles(different), len(different)
    shared, dropped = np.zeros((2, n), np.bool_)
    for _ in range(11):
        component = _components(has, ~dropped)
        chained = component == np.bincount(component).argmax()
        if chained.sum() < max(20, n // 20 + 1):
            break
        common = np.asarray(has[chained].sum(axis=0)) >= 0.5 * chained.sum()
        carriers = chained | (has @ common >= max(1, 0.8 * common.sum()))
        has = _without(has, carriers, common)
        shared |= carriers
        dropped |= carriers & (has.sum(axis=1) < 20)
    else:
        component, dropped = np.arange(n), np.ones_like(dropped)
    place = [different.index(text) for text in plain]
    number: dict[int, int] = {}
    groups = [number.setdefault(int(component[i]), len(number)) for i in place]
    return groups, int(shared[place].sum()), int(dropped[place].sum())


def _shingles(plain: list[str]) -> sparse.csr_array:
    """Text x shingle of five characters, one where the text has it."""
    counter = CountVectorizer(analyzer=_windows, binary=True, dtype=np.int32)
    return sparse.csr_array(counter.fit_transform(plain))


def _windows(text: str) -> list[str]:
    return [text[i : i + 5] for i in range(max(1, len(text) - 4))]


def _without(has: sparse.csr_array, carriers: BoolArray, common: BoolArray) -> sparse.csr_array:
    left = has.tocoo()
    keep = ~(carriers[left.row] & common[left.col])
    cells = (left.data[keep], (left.row[keep], left.col[keep]))
    return sparse.csr_array(sparse.coo_array(cells, shape=has.shape))


def _components(has: sparse.csr_array, among: BoolArray) -> IntArray:
    rows = np.flatnonzero(among)
    some = has[rows]
    common, size = (some @ some.T).tocoo(), np.asarray(some.sum(axis=1))
    near = 20 * common.data >= 17 * (size[common.row] + size[common.col] - common.data)
    links = (near[near], (rows[common.row[near]], rows[common.col[near]]))
    n = has.shape[0]
    _, of = connected_components(sparse.coo_array(links, shape=(n, n)), directed=False)
    return np.unique(of, return_index=True)[1][of]

"""Which tickets are near-duplicates of each other: an exact search over 5-character shingles."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ticketbench.core.types import BoolArray, IntArray

SHINGLE = 5
_JACCARD = 850
"""Smallest Jaccard similarity of near-duplicates, in thousandths."""

_FEWEST_TOO_MANY = 20
_LARGEST_SHARE = 0.05
_SHARED_BY = 0.5
_CARRIES = 0.8
_FEWEST_LEFT = 20
"""Shingles, about 24 characters: with fewer of its own a text says too little to be likened."""

_MOST_SHARED = 10
_MULTIPLIER = 0x9E3779B97F4A7C15
_CHUNK = 5_000_000
_GUESSES = 4

Pairs = tuple[IntArray, IntArray]


@dataclass(frozen=True, slots=True, eq=False)
class NearDuplicates:
    """A group number per ticket, in order of first appearance; tickets of a group are alike.

    largest  tickets in the largest group
    shared   tickets that carry a long text of many others, which was left out in likening them
    dropped  those of them that say hardly anything else, so that only equal ones are tied
    """

    groups: IntArray
    n_groups: int
    largest: int
    shared: int
    dropped: int


def near_duplicate_groups(texts: Sequence[str]) -> NearDuplicates:
    """Groups of tickets whose normalised texts share most of their 5-character shingles.

    Two texts are tied when the Jaccard similarity of their shingle sets (Broder 1997) is at least
    .85; a group is a connected component, so its ends may differ more. A text shorter than five
    characters is one shingle. No pair is missed: candidates come from prefix filtering (Chaudhuri
    et al. 2006; Bayardo et al. 2007) and are verified exactly.

    When one group holds more than 5 % of the different texts, and at least 20, something chains
    different tickets together: a legal footer, a form letter. The shingles that at least half of
    the chained texts have are then left out of every text that has 80 % of them, and the search
    begins anew. A text with fewer than 20 shingles of its own is tied to equal ones only and
    counted in `dropped`; so is every text where ten such parts are not enough. The order of texts
    changes nothing but the numbers of groups. No texts: no groups.
    """
    plain = normalised(texts)
    number = {text: i for i, text in enumerate(sorted(set(plain)))}
    of_text = np.array([number[text] for text in plain], np.int64)
    found = _components(list(number))
    groups, n_groups, largest = _numbered(found.component[of_text])
    shared, dropped = (int(part[of_text].sum()) for part in (found.shared, found.dropped))
    return NearDuplicates(groups, n_groups, largest, shared, dropped)


def normalised(texts: Sequence[str]) -> list[str]:
    """The texts without what mailers and forms change: case, width, punctuation, line breaks.

    NFKC and case folding; each run of punctuation and blanks is one blank, none at the ends;
    invisible format characters go. Digits and symbols stay: an order number or a currency can be
    all that tells two tickets apart, an emoji all that a ticket says.
    """
    table = _Characters()
    return [_normalised(text, table) for text in texts]


def _normalised(text: str, table: _Characters) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(table)
    return " ".join(unicodedata.normalize("NFKC", folded).split())


class _Characters(dict[int, int | None]):
    """What becomes of each character, worked out when it is first met; for `str.translate`."""

    def __missing__(self, code: int) -> int | None:
        category = unicodedata.category(chr(code))
        blank = category[0] in "PZ" or category == "Cc"
        self[code] = found = None if category == "Cf" else ord(" ") if blank else code
        return found


def _numbered(key: IntArray) -> tuple[IntArray, int, int]:
    """Equal keys as groups, numbered in order of first appearance; how many, and the largest."""
    _, first, inverse, counts = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    return number[inverse], len(first), int(counts.max(initial=0))


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Of each different text: its component, whether it carries a shared text, and whether that is
    nearly all of it.
    """

    component: IntArray
    shared: BoolArray
    dropped: BoolArray


def _components(texts: list[str]) -> _Found:
    """What ties the different texts, each found without what chains too many of them."""
    alone = np.arange(len(texts))
    shared, dropped = np.zeros((2, len(texts)), dtype=np.bool_)
    if len(texts) < 2:
        return _Found(alone, shared, dropped)
    shingles = _shingles(texts)
    for _ in range(_MOST_SHARED + 1):
        at = np.flatnonzero(~dropped)
        component = _searched(shingles[at], most=_too_many(len(texts)))
        chained = _chained(component, most=_too_many(len(texts)))
        if chained is None:
            # Above every row number, so that no component has the number of a text left alone.
            alone[at] = component + len(texts)
            return _Found(alone, shared, dropped)
        shingles, carriers = _without_shared(shingles, at[chained])
        shared |= carriers
        dropped |= carriers & (_sizes(shingles) < _FEWEST_LEFT)
    return _Found(alone, shared, np.ones_like(dropped))


def _too_many(n: int) -> int:
    """A component must have fewer of `n` different texts, or it chains them."""
    return max(_FEWEST_TOO_MANY, math.floor(_LARGEST_SHARE * n) + 1)


def _chained(component: IntArray, *, most: int) -> IntArray | None:
    """The texts of the component that holds too many; None where none does."""
    counts = np.bincount(component, minlength=1)
    largest = int(counts.argmax())
    return np.flatnonzero(component == largest) if counts[largest] >= most else None


def _without_shared(
    shingles: sparse.csr_array, chained: IntArray
) -> tuple[sparse.csr_array, BoolArray]:
    """The shingles without what most of the `chained` texts have, and the texts that carried it."""
    times = np.bincount(shingles[chained].indices, minlength=shingles.shape[1])
    common = times >= _SHARED_BY * len(chained)
    of_common = common[shingles.indices]
    owner = np.repeat(np.arange(shingles.shape[0]), _sizes(shingles))
    carried = np.bincount(owner[of_common], minlength=shingles.shape[0])
    carriers = carried >= max(1, _CARRIES * common.sum())
    carriers[chained] = True  # at most once each, so that every search has less to do
    kept = ~(of_common & carriers[owner])
    ends = np.append(0, np.cumsum(kept))[shingles.indptr]
    indices = shingles.indices[kept]
    ones = np.ones(len(indices), dtype=np.int8)
    return sparse.csr_array((ones, indices, ends), shingles.shape), carriers


def _searched(shingles: sparse.csr_array, *, most: int) -> IntArray:
    """The component of each text; the search ends early once one holds `most` of them.

    Components only grow, so one that is too large stays so, and a dataset of form letters is spared
    the search over almost all pairs.
    """
    component = np.arange(shingles.shape[0])
    if len(component) < 2:
        return component
    shingles, order = _by_size(shingles)
    for pairs in chain(_first_guesses(shingles), _candidates(shingles)):
        component = _tied(component, pairs, shingles)
        if np.bincount(component).max() >= most:
            break
    unsorted = np.empty_like(component)
    unsorted[order] = component
    return unsorted


def _shingles(texts: list[str]) -> sparse.csr_array:
    """Text x shingle, one where the text has the shingle; columns from rare to frequent."""
    rows, hashes = _hashes(texts)
    columns, n_columns = _ranked(hashes)
    keys = rows * n_columns + columns
    keys.sort()
    # By hand: numpy's unique of plain values takes three times as long.
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    starts = np.searchsorted(keys, np.arange(len(texts) + 1) * n_columns)
    shape = (len(texts), n_columns)
    ones = np.ones(len(keys), dtype=np.int8)
    return sparse.csr_array((ones, (keys % n_columns).astype(np.int32), starts), shape)


def _hashes(texts: list[str]) -> tuple[IntArray, NDArray[np.uint64]]:
    """Every window of five code points as a 64-bit hash, and which text it belongs to.

    64 bits tell all shingles of any dataset apart in practice. Padding with NUL, which no
    normalised text has, makes a short text one shingle.
    """
    padded = [text.ljust(SHINGLE, "\0") for text in texts]
    lengths = np.fromiter(map(len, padded), dtype=np.int64, count=len(padded))
    owner = np.repeat(np.arange(len(padded)), lengths)
    encoded = "".join(padded).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(encoded, dtype="<u4")
    hashes = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for offset in range(SHINGLE):
        hashes *= np.uint64(_MULTIPLIER)
        hashes += codes[offset : offset + len(hashes)]
    within = owner[: len(hashes)] == owner[SHINGLE - 1 :]
    return owner[: len(hashes)][within], hashes[within]


def _ranked(hashes: NDArray[np.uint64]) -> tuple[IntArray, int]:
    """Equal hashes as equal numbers from rare to frequent, and how many numbers there are."""
    order = np.argsort(hashes, kind="stable")  # twice as fast with many equal values
    ordered = hashes[order]
    new = np.append(True, ordered[1:] != ordered[:-1])
    counts = np.diff(np.append(np.flatnonzero(new), len(ordered)))
    rank = np.empty(len(counts), dtype=np.int64)
    rank[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    found = np.empty(len(hashes), dtype=np.int64)
    found[order] = np.repeat(rank, counts)
    return found, len(counts)


def _by_size(shingles: sparse.csr_array) -> tuple[sparse.csr_array, IntArray]:
    """The texts from few shingles to many, and which text stands where."""
    order = np.argsort(np.diff(shingles.indptr), kind="stable")
    return shingles[order], order


def _first_guesses(shingles: sparse.csr_array) -> Iterator[Pairs]:
    """Pairs of texts that agree in two min-hashes (Broder 1997), a few per text.

    They find nothing that the search would not, but they tie form letters before it starts.
    """
    shuffled = np.arange(shingles.shape[1], dtype=np.uint64)
    for _ in range(_GUESSES):
        key = np.zeros(shingles.shape[0], dtype=np.uint64)
        for _ in range(2):
            shuffled = shuffled * np.uint64(_MULTIPLIER) + np.uint64(1)
            least = np.minimum.reduceat(shuffled[shingles.indices], shingles.indptr[:-1])
            key = key * np.uint64(_MULTIPLIER) + least
        order = np.argsort(key)
        same = key[order][1:] == key[order][:-1]
        yield order[1:][same], order[:-1][same]


def _candidates(shingles: sparse.csr_array) -> Iterator[Pairs]:
    """Pairs of rows that may be near-duplicates; every true pair is among them.

    Near-duplicates share at least ceil(.85·size) shingles, so the rarest size - that + 1 of both
    have one in common. The sparse product counts the common ones, a bounded part at a time.
    """
    size = _sizes(shingles)
    prefix_size = size - _at_least(size, 1000) + 1
    last = shingles.indices[shingles.indptr[:-1] + prefix_size - 1]
    prefix = _prefixes(shingles, prefix_size)
    columns = prefix.T.tocsr()
    work = np.asarray(prefix @ np.diff(columns.indptr).astype(np.int64))
    for start, stop in _chunks(work):
        low = int(np.searchsorted(size, _at_least(size[start], 1000)))
        common = (prefix[start:stop] @ columns[:, low:stop]).tocoo()
        left, right = common.row.astype(np.int64) + start, common.col.astype(np.int64) + low
        # What is not counted lies beyond the prefix that ends first, in the order of rarity.
        ends_first = np.where(last[left] <= last[right], left, right)
        most = common.data + (size - prefix_size)[ends_first]
        likely = (right < left) & (most >= _at_least(size[left] + size[right], 1000 + _JACCARD))
        yield left[likely], right[likely]


def _prefixes(shingles: sparse.csr_array, prefix_size: IntArray) -> sparse.csr_array:
    """The first `prefix_size` shingles of each text, without those of one text only."""
    position = np.arange(shingles.nnz) - np.repeat(shingles.indptr[:-1], _sizes(shingles))
    kept = position < np.repeat(prefix_size, _sizes(shingles))
    texts = np.bincount(shingles.indices[kept], minlength=shingles.shape[1])
    kept &= texts[shingles.indices] > 1
    ends = np.append(0, np.cumsum(kept))[shingles.indptr]
    indices = shingles.indices[kept]
    return sparse.csr_array((np.ones(len(indices), np.int32), indices, ends), shingles.shape)


def _tied(component: IntArray, pairs: Pairs, shingles: sparse.csr_array) -> IntArray:
    """The components after these pairs; only pairs that can still tie something are verified."""
    size = _sizes(shingles)
    untied = component[pairs[0]] != component[pairs[1]]
    left, right = pairs[0][untied], pairs[1][untied]
    for start, stop in _chunks(size[left] + size[right]):
        a, b = left[start:stop], right[start:stop]
        untied = component[a] != component[b]
        a, b = a[untied], b[untied]
        common = np.diff(shingles[a].multiply(shingles[b]).tocsr().indptr)
        near = common >= _at_least(size[a] + size[b], 1000 + _JACCARD)
        component = _joined(component, a[near], b[near])
    return component


def _joined(component: IntArray, left: IntArray, right: IntArray) -> IntArray:
    """The components after tying these pairs."""
    from scipy.sparse.csgraph import connected_components  # brings scipy.linalg along

    edges = (np.ones(len(left), dtype=np.int8), (component[left], component[right]))
    graph = sparse.coo_array(edges, shape=(len(component), len(component)))
    _, joined = connected_components(graph, directed=False)
    return np.asarray(joined[component], dtype=np.int64)


def _chunks(work: IntArray) -> Iterator[tuple[int, int]]:
    """Ranges of entries with about `_CHUNK` of work each; at least one entry each."""
    total = np.cumsum(work)
    steps = np.arange(0, int(total[-1]) if len(total) else 0, _CHUNK)
    bounds = np.unique([0, *np.searchsorted(total, steps), len(work)]).tolist()
    return pairwise(bounds)


def _at_least(of: IntArray, denominator: int) -> IntArray:
    """.85·1000/denominator of `of`, rounded up; in whole numbers, which do not round.

    Two texts share at least J·size shingles of either, and J/(1 + J) of both sizes together.
    """
    return -(-of * _JACCARD // denominator)


def _sizes(shingles: sparse.csr_array) -> IntArray:
    """Number of different shingles per text."""
    return np.diff(shingles.indptr).astype(np.int64)

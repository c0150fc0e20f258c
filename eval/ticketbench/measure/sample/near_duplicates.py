"""Which tickets are near-duplicates of each other: MinHash bands, then an exact check."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, IntArray
from ticketbench.measure.sample.alike.candidates import HASHES, sign
from ticketbench.measure.sample.alike.components import components
from ticketbench.measure.sample.alike.shingles import Hashes, Texts

_FEWEST_TOO_MANY = 20
_LARGEST_SHARE = 0.05
_SHARED_BY = 0.5
_CARRIES = 0.8
_FEWEST_LEFT = 20
"""Shingles, about 24 characters: with fewer of its own a text says too little to be likened."""

_MOST_SHARED = 10
_SAMPLE = 64


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

    Two texts are tied when the Jaccard similarity J of their shingle sets (Broder 1997) is at least
    .85; a group is a connected component, so its ends may differ more. A text shorter than five
    characters is one shingle. Candidates have the same 4 min-hashes in one of 16 bands (Leskovec,
    Rajaraman, Ullman, ch. 3) and at least 40 of all 64; each is checked exactly, so that no pair is
    tied wrongly. A pair of similarity J is missed with probability at most

        (1 - J^4)^15 + P(Binomial(64, J) < 40),

    which is 2e-5 at .85 and 1e-7 at .9. Where more than 17 texts agree in a band they share a form
    letter; texts with two such bands are a crowd. In it all pairs are found that have a shingle in
    common which stands in the rarest fifth of both and in at most 256 texts, so only the second
    term counts; near-duplicates have one where 15 % of both texts are that rare. The others of a
    crowd are compared with the eight texts in each band that have least of their own: that ties
    what only a shared text ties, but a pair of pieces cut from one letter, or of texts made of two
    or three different characters, may be missed, with no bound.
    The time grows with the number of texts, however many share a text.

    When one group holds more than 5 % of the different texts, and at least 20, something chains
    different tickets together: a legal footer, a form letter. The shingles that at least half of
    the chained texts have are then left out of every text that has 80 % of them, and the search
    begins anew. A text with fewer than 20 shingles of its own is tied to equal ones only and
    counted in `dropped`; so is every text where ten such parts are not enough. The order of texts
    changes nothing but the numbers of groups, and the same texts have the same groups everywhere:
    the hashes are constants. No texts: no groups.
    """
    plain = normalised(texts)
    number = {text: i for i, text in enumerate(sorted(set(plain)))}
    of_text = np.array([number[text] for text in plain], np.int64)
    found = _found(list(number))
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


def _found(plain: list[str]) -> _Found:
    """What ties the different texts, each found without what chains too many of them."""
    texts, every = Texts(plain), np.arange(len(plain))
    shared, dropped = np.zeros((2, len(plain)), dtype=np.bool_)
    signatures = np.empty((len(plain), HASHES), np.uint32)
    sign(signatures, texts, every)
    component = every
    for _ in range(_MOST_SHARED + 1):
        component = components(texts, signatures, np.flatnonzero(~dropped), component)
        chained = _chained(component, most=_too_many(len(plain)))
        if chained is None:
            return _Found(component, shared, dropped)
        left = _left(texts, chained)
        texts = Texts(plain, {**texts.left, **left})
        carriers = np.array(sorted(left))
        shared[carriers] = True
        dropped[carriers] = [len(left[i]) < _FEWEST_LEFT for i in carriers.tolist()]
        sign(signatures, texts, carriers[~dropped[carriers]])
        component = _without(component, carriers)
    return _Found(every, shared, np.ones_like(dropped))


def _without(component: IntArray, changed: IntArray) -> IntArray:
    """Only the components that none of the `changed` texts is in; all others are to be searched."""
    whole = np.ones(len(component), np.bool_)
    whole[component[changed]] = False
    return np.where(whole[component], component, np.arange(len(component)))


def _too_many(n: int) -> int:
    """A component must have fewer of `n` different texts, or it chains them."""
    return max(_FEWEST_TOO_MANY, math.floor(_LARGEST_SHARE * n) + 1)


def _chained(component: IntArray, *, most: int) -> IntArray | None:
    """The texts of the component that holds too many; None where none does."""
    counts = np.bincount(component, minlength=1)
    largest = int(counts.argmax())
    return np.flatnonzero(component == largest) if counts[largest] >= most else None


def _left(texts: Texts, chained: IntArray) -> dict[int, Hashes]:
    """What is left of the texts with most of what at least half of the `chained` have."""
    common, left = _in_half(texts, chained), dict[int, Hashes]()
    in_chain = np.zeros(len(texts.plain), np.bool_)
    in_chain[chained] = True  # at most once each, so that every search has less to do
    for rows, found in texts.shingles(np.arange(len(texts.plain))):
        own = found.different()
        at, _ = own.which(common)
        owner = np.searchsorted(own.starts, at, side="right") - 1
        carried = np.bincount(owner, minlength=len(rows)) >= max(1, _CARRIES * len(common))
        keep = np.ones(len(own.values), np.bool_)
        keep[at] = False
        rest = own.where(keep).sets()
        left |= {int(rows[i]): rest[i].copy() for i in np.flatnonzero(carried | in_chain[rows])}
    return left


def _in_half(texts: Texts, chained: IntArray) -> Hashes:
    """The shingles that at least half of the `chained` texts have, counted over all of them.

    Each stands in one of 64 texts drawn from them, but with probability 2^-64.
    """
    drawn = np.random.default_rng(0).permutation(chained)[:_SAMPLE]
    possible = np.unique(np.concatenate([found.values for _, found in texts.shingles(drawn)]))
    times = np.zeros(len(possible), np.int64)
    for _, found in texts.shingles(chained):
        times += np.bincount(found.different().which(possible)[1], minlength=len(possible))
    return possible[times >= _SHARED_BY * len(chained)]

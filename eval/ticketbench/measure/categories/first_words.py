"""Which words a group of texts uses more than all others do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ticketbench.core.types import BoolArray
from ticketbench.measure.lint.words import STOP_WORDS

MOST_WORDS = 5
FEWEST_GROUPS = 3
"""Customers, or else texts, that use a word: one that a single customer uses may name a person."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_PART = re.compile(r"\S*\d\S*|\[[a-z ]{1,12}\]")


def words_of(text: str) -> frozenset[str]:
    """The different words of a text in lower case, of letters alone and without English stop words.

    A string with a digit in it is a number, a code or an id, and a form such as `[mail]` stands for
    what was masked: of neither any part is a word.
    """
    found = _WORD.findall(_PART.sub(" ", text).casefold())
    return frozenset(word for word in found if word not in STOP_WORDS)


def first_words(
    words: Sequence[frozenset[str]], inside: BoolArray, groups: Sequence[str]
) -> tuple[str, ...]:
    """At most five words that the texts in `inside` use more than the rest, the surest first.

    Log-odds with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, equations 16, 22):
    z = d / sd, d = log((y + a) / (n + a0 - y - a)) - log((r + a) / (m + a0 - r - a)) and
    sd^2 = 1 / (y + a) + 1 / (r + a), for y of n uses inside and r of m in the rest. A text uses a
    word once. The prior is the use in all texts, a0 = n in size. Only words with z > 0 that texts
    of three different `groups` inside use; ties by spelling.
    """
    y, everywhere = Counter[str](), Counter[str]()
    users: dict[str, set[str]] = {}
    for found, is_in, group in zip(words, inside.tolist(), groups, strict=True):
        everywhere.update(found)
        if is_in:
            y.update(found)
            for word in found:
                users.setdefault(word, set()).add(group)
    n, total = y.total(), everywhere.total()
    known = sorted(word for word, of in users.items() if len(of) >= FEWEST_GROUPS)
    if not known or n == total:
        return ()
    own = np.array([y[word] for word in known], dtype=np.float64)
    both = np.array([everywhere[word] for word in known], dtype=np.float64)
    prior, rest = n * both / total, both - own
    odds = np.log((own + prior) / (2 * n - own - prior))
    odds -= np.log((rest + prior) / (total - rest - prior))
    z = odds / np.sqrt(1 / (own + prior) + 1 / (rest + prior))
    order = np.argsort(-z, kind="stable")[:MOST_WORDS]
    return tuple(known[i] for i in order if z[i] > 0)

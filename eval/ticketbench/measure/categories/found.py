"""Whether tickets that score low hold a category that no rubric asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ticketbench.core.policy import reaches
from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.measure.categories.clusters import Method, clusters, lowest
from ticketbench.measure.categories.first_words import first_words, words_of
from ticketbench.measure.lint.words import content_words
from ticketbench.measure.statistics.intervals import wilson

FEWEST = 100
"""Tickets with a score and a text, below which nothing is looked for."""

UNDER_SHARE = 0.50
"""Of a cluster under the threshold, from where on it may be new."""

TOGETHER = 0.05
"""Of all tickets in clusters that may be new: above it with 95 % confidence they are called so. A
topic that a rubric merely does not name makes smaller ones (docs/evidence.md)."""

_ONE_SIDED = 0.90
"""Confidence of the two-sided interval whose lower end is the one-sided 95 % bound."""

MOST_UNDER = 0.25
"""Of all tickets under the threshold, up to where a low score tells a stranger."""

Why = Literal["", "too few", "no rubrics", "all low", "too small"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Tickets that score low and are alike.

    median     of their top scores; n_under of the n lie under the threshold
    words      that they use more than all others, the surest first; none where none may be shown
    in_rubric  those of them that a rubric has, too
    ids        of all, the lowest scores first; ties in the order of the tickets
    leans_to   the commonest top label, of n_leaning; ties in the order of the labels
    may_be_new  half or more lie under the threshold, and no rubric has one of the words
    """

    n: int
    n_under: int
    median: float
    words: tuple[str, ...]
    in_rubric: tuple[str, ...]
    ids: tuple[str, ...]
    leans_to: str
    n_leaning: int
    may_be_new: bool


@dataclass(frozen=True, slots=True)
class Categories:
    """The clusters among the lowest scores, the largest first, and whether some are new.

    n         tickets with a score and a text; n_under of them lie under the threshold, the lowest
              n_low were clustered by `method`, None where too few are there
    called_new  whether those that may be new are called so
    why       why nothing is: too few tickets, the rubrics are not known, all tickets score low,
              or what may be new is too small together
    """

    method: Method | None
    n: int
    n_under: int
    n_low: int
    clusters: tuple[Cluster, ...]
    called_new: bool
    why: Why

    @property
    def new(self) -> tuple[Cluster, ...]:
        """The clusters that are called new; they are parts of one category, or several."""
        return tuple(one for one in self.clusters if one.may_be_new) if self.called_new else ()

    def without_words(self) -> Categories:
        """The same, where no word of a text may be shown."""
        silent = (replace(one, words=(), in_rubric=()) for one in self.clusters)
        return replace(self, clusters=tuple(silent))


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Tickets that have a score and a text, row by row.

    texts      as they may be shown: words come from them
    groups     who wrote: tickets of one group are one user of a word
    top        index of the top label in `labels`; `score` is its raw score
    threshold  that this label needs
    rubrics    the questions; none where nobody knows them
    """

    ids: Sequence[str]
    texts: Sequence[str]
    groups: Sequence[str]
    labels: Sequence[str]
    top: IntArray
    score: FloatArray
    threshold: FloatArray
    rubrics: Sequence[str]


def categories(
    tickets: Scored, vectors_of: Callable[[IntArray], tuple[FloatArray, Method]]
) -> Categories:
    """Clusters of the tickets with the lowest scores, and whether some of them are a new category.

    `vectors_of` makes a vector of each of the given rows and says how. Called new: clusters of
    which half or more lie under the threshold and none of whose first five words stands in a
    rubric, where these hold more than 5 % of all tickets together (lower end of the one-sided 95 %
    interval of Wilson 1927), and at most a quarter of all lie under the threshold. How often that
    is wrong: docs/evidence.md.
    """
    n, under = len(tickets.ids), ~reaches(tickets.score, tickets.threshold)
    n_under = int(under.sum())
    if n < FEWEST:
        return Categories(None, n, n_under, 0, (), called_new=False, why="too few")
    low = lowest(tickets.score)
    vectors, method = vectors_of(low)
    words = [words_of(text) for text in tickets.texts]
    known = frozenset().union(*map(content_words, tickets.rubrics))
    found = tuple(_cluster(tickets, low[rows], under, words, known) for rows in clusters(vectors))
    why = _why(found, tickets, n_under)
    new = not why and any(one.may_be_new for one in found)
    return Categories(method, n, n_under, len(low), found, called_new=new, why=why)


def _why(found: Sequence[Cluster], tickets: Scored, n_under: int) -> Why:
    """Why nothing may be called new; empty where it may, or where nothing may be new."""
    together = sum(one.n for one in found if one.may_be_new)
    if not tickets.rubrics:
        return "no rubrics"
    if n_under > MOST_UNDER * len(tickets.ids):
        return "all low"
    low = wilson(together, len(tickets.ids), confidence=_ONE_SIDED).low
    return "too small" if together and low <= TOGETHER else ""


def _cluster(
    tickets: Scored,
    rows: IntArray,
    under: BoolArray,
    words: Sequence[frozenset[str]],
    known: frozenset[str],
) -> Cluster:
    inside = np.zeros(len(tickets.ids), dtype=np.bool_)
    inside[rows] = True
    first = first_words(words, inside, tickets.groups)
    in_rubric = tuple(word for word in first if content_words(word) & known)
    n_under = int(under[rows].sum())
    leaning, n_leaning = min(
        Counter(tickets.top[rows].tolist()).items(), key=lambda item: (-item[1], item[0])
    )
    lowest_first = rows[np.argsort(tickets.score[rows], kind="stable")]
    return Cluster(
        n=len(rows),
        n_under=n_under,
        median=float(np.median(tickets.score[rows])),
        words=first,
        in_rubric=in_rubric,
        ids=tuple(tickets.ids[i] for i in lowest_first),
        leans_to=tickets.labels[leaning],
        n_leaning=n_leaning,
        may_be_new=bool(first) and not in_rubric and n_under >= UNDER_SHARE * len(rows),
    )

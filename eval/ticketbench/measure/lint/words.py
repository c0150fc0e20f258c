"""The content words of rubrics: what they are about, without what only makes a question.

Lower case, without English stop words and the words of every support question, stemmed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from ticketbench.measure.lint.stem import stem

STOP_WORDS = frozenset(
    "a about above after again against all also am an and any anyone anything are as ask asked "
    "asking asks at be because been before being below between both but by can cannot could did do "
    "does doing done down during each either else for from further get gets getting had has have "
    "having he her here hers him his how i if in into is it its itself just like likely may me "
    "might more most much must my need needs neither no nor not of off on once one ones only or "
    "other others our out over own per please rather regarding related same shall she should so "
    "some someone something such than that the their theirs them themselves then there these they "
    "this those through to too under until unless up us very via want wants was we were what when "
    "where whether which while who whom whose why will with within without would you your yours"
    .split()
)  # fmt: skip
"""Function words of English, and the verbs that a question about a text begins with."""

QUESTION_WORDS = frozenset(
    "case client customer message person question request sender text ticket topic user writer"
    .split()
)  # fmt: skip
"""Who writes, and what: every rubric of a support queue may say it, whatever it is about."""

_MOST_KEPT = 2_000
"""Texts whose words are remembered: every rule reads them again."""

_ENGLISH = frozenset("is are does do has the this about asking customer to of or for with".split())
_FEWEST_TO_TELL = 4
"""Words that tell a language; a shorter rubric may be a phrase of any."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_OWNED = re.compile(r"['\u2019]s$")

_EXCLUDED = re.compile(
    r"\b(?:without|rather than|instead of|as opposed to|other than|apart from|except(?:ing)?|"
    r"excluding|unlike|neither|(?:but |and |, ?)not|not (?:about|asking|including|for|an?|the))\b"
    r"[^.?!;:()]*"
    r"|\bno\b[^.?!;:(),]*",
    re.IGNORECASE,
)
_NOT = re.compile(r"(?:\b(?:not|never|cannot)|n['\u2019]t)\b[^.?!;:(),]*", re.IGNORECASE)


def exclusions(text: str) -> list[tuple[int, int]]:
    """Where a rubric says what belongs elsewhere: from "rather than" and the like to the end of the
    sentence, from "no" to the next comma. A "not" before a verb says what is wrong, not elsewhere.
    """
    return [found.span() for found in _EXCLUDED.finditer(text)]


def negations(text: str) -> list[tuple[int, int]]:
    """The exclusions, and what stands behind any "not" up to the next comma."""
    return exclusions(text) + [found.span() for found in _NOT.finditer(text)]


@lru_cache(maxsize=_MOST_KEPT)
def placed_words(text: str) -> tuple[tuple[str, int, int], ...]:
    """The words in lower case without 's, each with where it begins and ends; `sign-in` is two."""
    return tuple((_plain(found[0]), *found.span()) for found in _WORD.finditer(text))


def content_words(text: str) -> frozenset[str]:
    """The stems of what a rubric is about; empty for a text of stop words."""
    return _stems(word for word, _, _ in placed_words(text))


def asked_words(text: str) -> frozenset[str]:
    """The content words that are not in an exclusion: what the rubric wants to be its own."""
    left_out = exclusions(text)
    words = placed_words(text)
    return _stems(w for w, at, _ in words if not any(low <= at < high for low, high in left_out))


def as_written(text: str, stems: Collection[str]) -> list[str]:
    """The words of `text` that have one of the stems, each stem once, in their order."""
    first: dict[str, str] = {}
    for word, _, _ in placed_words(text):
        first.setdefault(stem(word), word)
    return [word for each, word in first.items() if each in stems]


def is_foreign(text: str) -> bool:
    """Whether none of four or more words is one of the commonest of English questions."""
    words = placed_words(text)
    return len(words) >= _FEWEST_TO_TELL and not any(word in _ENGLISH for word, _, _ in words)


def _plain(word: str) -> str:
    return _OWNED.sub("", unicodedata.normalize("NFKC", word).casefold())


def _stems(words: Iterable[str]) -> frozenset[str]:
    left_out = STOP_WORDS | QUESTION_WORDS
    stems = {stem(word) for word in words if word not in left_out and word.isalnum()}
    return frozenset(stems - _QUESTION_STEMS)


_QUESTION_STEMS = frozenset(map(stem, QUESTION_WORDS))

"""Where a rubric names another label of its set, and whether it says that this belongs there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.measure.lint.stem import without_plural
from ticketbench.measure.lint.words import (
    QUESTION_WORDS,
    STOP_WORDS,
    negations,
    placed_words,
)

REST_NAMES = frozenset(
    "anything catchall default else everything fallback general misc miscellaneous none other "
    "others rest unclear unknown unsorted uncategorized".split()
)
"""Names of a label for the rest; in a question they are words like any other."""

_REST = re.compile(
    r"\b(?:anything|something|everything|nothing) else\b|\bnone of\b|\b(?:any|all|no) other\b"
    r"|\bnot fit\b",
    re.IGNORECASE,
)

_BESIDE = frozenset("category class department label queue rubric team".split())
_QUOTES = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ABOUT = re.compile(r"\babout\b([^.?!;:()]*)", re.IGNORECASE)
_ITEM = re.compile(r"(?:[^,\s]|\s(?!(?:or|and)\b))+", re.IGNORECASE)
_ARTICLES = re.compile(
    r"^\s*(?:(?:or|and|an?|the|any|their|his|her|your|(?:the )?\w+['\u2019]s)\s+)*", re.IGNORECASE
)
_MOST_WORDS = 4
"""Words of a label name that are looked for."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A rubric of `by` names the label `of`.

    `negated`   behind "not", "rather than" and the like
    `as_label`  as a label, not as a word of the language: in quotes, spelled as no word is
                (credit_card), beside "team" or "category", or as all of what the rubric is about
    """

    by: str
    of: str
    negated: bool
    as_label: bool


@lru_cache(maxsize=1)
def mentions(rubrics: RubricSet) -> tuple[Mention, ...]:
    """Every label that a rubric of another label names, in the order of the texts.

    Singular and plural are alike. Names made of stop words, and those of a label for the rest, are
    not looked for. Of two names in one place the longer one counts: a credit card is no card.
    """
    return tuple(_found(rubrics))


def _found(rubrics: RubricSet) -> Iterator[Mention]:
    names = {key: label for label in rubrics.labels for key in _keys(label)}
    longest = max((len(key) for key in names), default=0)
    for rubric in rubrics.rubrics:
        others = [one for one in _named(rubric.text, names, longest) if one[0] != rubric.label]
        if others:
            away, topics = negations(rubric.text), _topics(rubric.text)
            for label, start, end in others:
                negated = any(low <= start < high for low, high in away)
                shown = (start, end) in topics or _looks_like_a_label(rubric.text, start, end)
                yield Mention(rubric.label, label, negated, shown)


def asks_for_the_rest(text: str) -> bool:
    """Whether a rubric asks for what fits no other one, as "something else" does."""
    return bool(_REST.search(text))


def takes_the_rest(rubric: Rubric) -> bool:
    """Whether a label is called `other`, `general` or the like, or its rubric asks for the rest."""
    names = {word for word, _, _ in placed_words(_CAMEL.sub(" ", rubric.label))}
    return bool(names & REST_NAMES) or asks_for_the_rest(rubric.text)


def _keys(label: str) -> Iterator[tuple[str, ...]]:
    """The words of a label name, singular, `topUp` as one and as two; none if not looked for."""
    for name in dict.fromkeys((label, _CAMEL.sub(" ", label))):
        words = [word for word, _, _ in placed_words(name)]
        told = set(words) - STOP_WORDS - QUESTION_WORDS - REST_NAMES
        if told and len(words) <= _MOST_WORDS:
            yield tuple(map(without_plural, words))


def _named(
    text: str, names: Mapping[tuple[str, ...], str], longest: int
) -> Iterator[tuple[str, int, int]]:
    """The labels that stand in `text`, the longest at each place, with begin and end."""
    words = placed_words(text)
    singular = [without_plural(word) for word, _, _ in words]
    at = 0
    while at < len(words):
        for n in range(min(longest, len(words) - at), 0, -1):
            label = names.get(tuple(singular[at : at + n]))
            if label is not None:
                yield label, words[at][1], words[at + n - 1][2]
                at += n - 1
                break
        at += 1


def _topics(text: str) -> set[tuple[int, int]]:
    """Begin and end of each thing that a rubric says to be about, without its articles."""
    found = set()
    for about in _ABOUT.finditer(text):
        for item in _ITEM.finditer(text, *about.span(1)):
            skipped = _ARTICLES.match(item[0])
            found.add((item.start() + (skipped.end() if skipped else 0), item.end()))
    return found


def _looks_like_a_label(text: str, start: int, end: int) -> bool:
    named = text[start:end]
    quoted = text[start - 1 : start] in [*_QUOTES] and text[end : end + 1] in [*_QUOTES]
    spelled = "_" in named or bool(_CAMEL.search(named))
    before = re.search(r"(\w+)\W*$", text[:start])
    after = re.match(r"\W*(\w+)", text[end:])
    beside = {without_plural(one[1].casefold()) for one in (before, after) if one}
    return quoted or spelled or bool(beside & {without_plural(word) for word in _BESIDE})

"""The stem of an English word: `payments` and `payment`, `charged` and `charge` are one.

Steps 1a, 1b, 1c, 5a and 5b of Porter, "An algorithm for suffix stripping", Program 14 (1980): what
plurals, -ed and -ing add. The steps between take -ment, -tion and the like away, and with them the
difference between what is paid and a payment.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SHORTEST = 3
"""Words of fewer letters are their own stem."""

_MOST_KEPT = 50_000
"""Words whose stem is remembered: those of a thousand long rubrics."""

_DOUBLE = re.compile(r"([^aeiouylsz])\1$")
_SHORT_END = re.compile(r"c[vy]c$")


@lru_cache(maxsize=_MOST_KEPT)
def stem(word: str) -> str:
    """The stem of a word in lower case; a word with other than the letters a to z is its own."""
    if len(word) < _SHORTEST or not re.fullmatch("[a-z]+", word):
        return word
    return _without_e(_y_as_i(_without_ed(_singular(word))))


@lru_cache(maxsize=_MOST_KEPT)
def without_plural(word: str) -> str:
    """`orders` as `order`, `queries` as `query` is: steps 1a and 1c, so `billing` is no bill."""
    plain = len(word) >= _SHORTEST and re.fullmatch("[a-z]+", word)
    return _y_as_i(_singular(word)) if plain else word


def _kinds(word: str) -> str:
    """Per letter c for a consonant, v for a vowel; y is a vowel behind a consonant."""
    kinds = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and kinds.endswith("c"))
        kinds += "v" if vowel else "c"
    return kinds


def _measure(word: str) -> int:
    """Porter's m: how often consonants follow vowels."""
    return _kinds(word).count("vc")


def _is_short(word: str) -> bool:
    """Porter's *o: it ends consonant, vowel, consonant, and the last is not w, x or y."""
    return bool(_SHORT_END.search(_kinds(word))) and word[-1] not in "wxy"


def _singular(word: str) -> str:
    for end, kept in (("sses", "ss"), ("ies", "i"), ("ss", "ss"), ("s", "")):
        if word.endswith(end):
            return word[: -len(end)] + kept
    return word


def _without_ed(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    found = re.fullmatch("(.+)(?:ed|ing)", word)
    if not found or "v" not in _kinds(found[1]):
        return word
    rest = found[1]
    if rest.endswith(("at", "bl", "iz")) or (_measure(rest) == 1 and _is_short(rest)):
        return f"{rest}e"
    return rest[:-1] if _DOUBLE.search(rest) else rest


def _y_as_i(word: str) -> str:
    return f"{word[:-1]}i" if word.endswith("y") and "v" in _kinds(word[:-1]) else word


def _without_e(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        measure = _measure(rest)
        return rest if measure > 1 or (measure == 1 and not _is_short(rest)) else word
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word

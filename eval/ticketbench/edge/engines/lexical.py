"""The lexical engine: zero-shot scores from words and character n-grams a text shares with rubrics.

No training, no word list beyond stop words, no state: a score depends on the request alone. It
stands in where no endpoint and no model weights are at hand; its numbers say nothing about any
other engine. Parameters are constants of its version, which is part of its URL.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from ticketbench.edge.engines import Classify, engine
from ticketbench.edge.engines.rubric_words import without_question

_TEMPERATURE = 0.055
_WORD_WEIGHT = 0.5
_SHORTEST_GRAM, _LONGEST_GRAM = 3, 5
_DECIMALS = 6

_WORD = re.compile(r"[^\W_]+")
_STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be been before being but by can could did do
    does doing for from get had has have he her him his how i if in into is it its just me more
    my no nor not of off on one or other our out over own please she should so some such than
    that the their them then there these they this those to too under until up us very was we
    were what when where which while who whom why will with would you your
    """.split()
)
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ers", "ed", "es")

Vector = dict[str, float]


@engine("lexical", "v1", scores_apart=True, released="2026-11-23")
def start() -> Classify:
    """Ready at once: nothing is loaded."""
    return classify


def classify(text: str, labels: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Softmax scores, rounded to 6 decimals, for `labels` given as (name, rubric) pairs.

    A text that shares nothing with any rubric gets the same score for every label.
    """
    words, grams = _text_vectors(text)
    logits = [
        _WORD_WEIGHT * _dot(words, rubric_words) + (1 - _WORD_WEIGHT) * _dot(grams, rubric_grams)
        for rubric_words, rubric_grams in (_rubric_vectors(n, r) for n, r in labels)
    ]
    peak = max(logits)
    weights = [math.exp((logit - peak) / _TEMPERATURE) for logit in logits]
    total = math.fsum(weights)
    pairs = zip(labels, weights, strict=True)
    return {name: round(weight / total, _DECIMALS) for (name, _), weight in pairs}


@lru_cache(maxsize=64)
def _text_vectors(text: str) -> tuple[Vector, Vector]:
    """Kept for a moment: one request may hold many questions about a text."""
    return _vectors(text)


@lru_cache(maxsize=1024)
def _rubric_vectors(name: str, rubric: str) -> tuple[Vector, Vector]:
    """Vectors of label name and rubric, without the words that only make it a question."""
    return _vectors(f"{name} {without_question(rubric)}")


def _vectors(text: str) -> tuple[Vector, Vector]:
    """Unit vectors of stemmed words and of character n-grams inside words."""
    words = [word for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS]
    grams = (gram for word in words for gram in _grams(f"<{word}>"))
    return _unit(Counter(_stem(word) for word in words)), _unit(Counter(grams))


def _grams(word: str) -> list[str]:
    return [
        word[start : start + size]
        for size in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1)
        for start in range(len(word) - size + 1)
    ]


def _stem(word: str) -> str:
    """Cut one common English ending where at least three letters stay."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            return stem + "y" if ending in ("ies", "ied") else stem
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _unit(counts: Counter[str]) -> Vector:
    length = math.sqrt(sum(count * count for count in counts.values()))
    return {term: count / length for term, count in counts.items()} if length else {}


def _dot(a: Vector, b: Vector) -> float:
    if len(a) > len(b):
        a, b = b, a
    return math.fsum(value * b[term] for term, value in a.items() if term in b)

"""What people said of tickets, as counts of equal answers: the texts are not needed for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations

Answers = tuple[tuple[str, str], ...]
"""Of one ticket: annotator and label, an annotator once; nobody knows who `""` is."""

Said = Mapping[Answers, int]
"""How many tickets were answered so."""


def double(said: Said) -> dict[Answers, int]:
    """The tickets with two answers or more."""
    return {answers: n for answers, n in said.items() if len(answers) > 1}


def annotators(said: Said) -> list[str]:
    """Everyone who answered, in order of name."""
    return sorted({who for answers in said for who, _ in answers})


def label_counts(answers: Answers) -> Counter[str]:
    """How many said which label of one ticket."""
    return Counter(label for _, label in answers)


def confused(said: Said) -> Counter[tuple[str, str]]:
    """On how many tickets both labels of a pair, in order of name, were said."""
    found: Counter[tuple[str, str]] = Counter()
    for answers, n in said.items():
        for pair in combinations(sorted(label_counts(answers)), 2):
            found[pair] += n
    return found

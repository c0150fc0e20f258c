"""Texts under a text of many: what the exact similarity of all pairs ties, with few checks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from all_pairs import groups_of
from ticketbench.measure.sample.near_duplicates import near_duplicate_groups

WORDS = [f"{a}{b}{c}{d}" for a in "bdfgk" for b in "aeiou" for c in "lmnrst" for d in "aeo"]


def words(rng: np.random.Generator, n: int) -> str:
    return " ".join(rng.choice(WORDS, n))


def with_near_copies(rng: np.random.Generator, n: int, n_words: tuple[int, int]) -> list[str]:
    texts = list[str]()
    for _ in range(n):
        text = list(words(rng, int(rng.integers(*n_words))))
        if texts and rng.random() < 0.1:
            text = list(texts[rng.integers(len(texts))])
            text[rng.integers(len(text))] = "x"
        texts.append("".join(text))
    return texts


def one_footer(rng: np.random.Generator, n: int) -> list[str]:
    footer = words(rng, 150)
    return [f"{text} {footer}" for text in with_near_copies(rng, n, (6, 16))]


def two_footers(rng: np.random.Generator, n: int) -> list[str]:
    footers = words(rng, 150), words(rng, 100)
    return [f"{text} {footers[rng.integers(2)]}" for text in with_near_copies(rng, n, (6, 16))]


def changing(rng: np.random.Generator, n: int) -> list[str]:
    a, b, c = (words(rng, 50) for _ in range(3))
    return [
        f"{text} {a} {rng.integers(10**8)} {b} 2{rng.integers(100):03} {c} {rng.choice(WORDS)}"
        for text in with_near_copies(rng, n, (6, 16))
    ]


def half(rng: np.random.Generator, n: int) -> list[str]:
    """A footer too short to chain the texts, too long for a search by what they have in common."""
    footer = words(rng, 60)
    return [f"{text} {footer}" for text in with_near_copies(rng, n, (15, 45))]


def many_footers(rng: np.random.Generator, n: int) -> list[str]:
    """Each footer ties fewer texts than are too many."""
    footers = [words(rng, 120) for _ in range(25)]
    return [f"{text} {footers[rng.integers(25)]}" for text in with_near_copies(rng, n, (4, 14))]


Case = Callable[[np.random.Generator, int], list[str]]
CASES: list[Case] = [one_footer, two_footers, changing, half, many_footers]


@pytest.mark.parametrize("case", CASES)
def test_texts_under_a_text_of_many_have_the_groups_of_all_pairs(case: Case) -> None:
    texts = case(np.random.default_rng(3), 450)
    found = near_duplicate_groups(texts)
    assert (found.groups.tolist(), found.shared, found.dropped) == groups_of(texts)


@given(seed=st.integers(0, 10_000), case=st.sampled_from(CASES), n=st.integers(30, 90))
@settings(max_examples=12, deadline=None, derandomize=True, database=None)
def test_few_texts_under_a_text_of_many_have_the_groups_of_all_pairs(
    seed: int, case: Case, n: int
) -> None:
    texts = case(np.random.default_rng(seed), n)
    found = near_duplicate_groups(texts)
    assert (found.groups.tolist(), found.shared, found.dropped) == groups_of(texts)

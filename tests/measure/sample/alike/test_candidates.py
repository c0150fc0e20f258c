"""Min-hashes agree as often as shingles do, and are the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from ticketbench.measure.sample.alike.candidates import (
    HASHES,
    Bands,
    Signatures,
    agreeing,
    sign,
)
from ticketbench.measure.sample.alike.shingles import Texts

LETTERS = list("abcdefghijklmnopqrstuvwxyz0123456789")


def signed(plain: list[str]) -> Signatures:
    signatures = np.empty((len(plain), HASHES), np.uint32)
    sign(signatures, Texts(plain), np.arange(len(plain)))
    return signatures


def of_similarity(shared: int, own: int, n: int) -> list[str]:
    """Pairs of texts, one after the other, with so many shingles in common and of their own."""
    rng = np.random.default_rng(0)
    texts = []
    for _ in range(n):
        both = "".join(rng.choice(LETTERS, shared + 4))
        texts += ["".join(rng.choice(LETTERS, own)) + both for _ in range(2)]
    return texts


@pytest.mark.parametrize(("shared", "own"), [(170, 15), (60, 20), (20, 40)])
def test_min_hashes_agree_with_the_probability_of_the_jaccard_similarity(
    shared: int, own: int
) -> None:
    signatures = signed(of_similarity(shared, own, 400))
    equal = (signatures[::2] == signatures[1::2]).sum(axis=1)
    similarity = shared / (shared + 2 * own)
    spread = np.sqrt(HASHES * similarity * (1 - similarity))
    assert abs(equal.mean() - HASHES * similarity) < 4 * spread / np.sqrt(400)
    assert 0.85 < equal.std() / spread < 1.15


def test_pairs_at_the_limit_are_candidates_but_for_one_in_many() -> None:
    signatures = signed(of_similarity(170, 15, 400))
    pairs = {
        (min(a, b), max(a, b))
        for left, right in agreeing(signatures, Bands.of(signatures))
        for a, b in zip(left.tolist(), right.tolist(), strict=True)
    }
    every = {(i, i + 1) for i in range(0, 800, 2)}
    assert pairs <= every
    assert len(pairs) >= 399  # a pair is missed with probability 1e-5: two of 400 with 7e-6


def test_a_pair_outside_of_crowds_comes_once() -> None:
    signatures = signed(of_similarity(198, 1, 30))
    assert sum(len(left) for left, _ in agreeing(signatures, Bands.of(signatures))) == 30


def test_min_hashes_are_constants() -> None:
    first = signed(["the invoice is wrong", "hi", "", "\ud800"])[:, :2]
    assert first.tolist() == [
        [158395404, 142325836],
        [2218182747, 3759816441],
        [1452414493, 3687987351],
        [1940639445, 2002646623],
    ]

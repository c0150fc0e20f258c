"""Words of a cluster: by log-odds, and never one that a single customer uses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ticketbench.measure.categories.first_words import first_words, words_of


def test_words_are_letters_alone_and_no_stop_words() -> None:
    text = "The pool at 12 Elm st4 is [mail] Überlaufen, order A-77x; POOL!"
    assert words_of(text) == {"pool", "elm", "überlaufen", "order"}


def test_the_surest_words_come_first_as_the_formula_has_it() -> None:
    words = [frozenset(w.split()) for w in ["pool cold"] * 6 + ["pool warm"] * 2 + ["bill"] * 12]
    inside = np.arange(20) < 8
    groups = [str(i) for i in range(20)]
    assert first_words(words, inside, groups) == ("pool", "cold")
    n, total = 16, 28

    def z(own: int, rest: int) -> float:
        prior = n * (own + rest) / total
        odds = math.log((own + prior) / (2 * n - own - prior))
        odds -= math.log((rest + prior) / (total - rest - prior))
        return odds / math.sqrt(1 / (own + prior) + 1 / (rest + prior))

    assert z(8, 0) > z(6, 0) > 0


@pytest.mark.parametrize(("customers", "shown"), [(2, ()), (3, ("kowalski",))])
def test_a_word_needs_three_customers(customers: int, shown: tuple[str, ...]) -> None:
    words = [frozenset({"kowalski"})] * 9 + [frozenset({"bill"})] * 9
    groups = [str(i % customers) for i in range(9)] + ["z"] * 9
    assert first_words(words, np.arange(18) < 9, groups) == shown


def test_no_word_and_no_rest_give_none() -> None:
    nothing = [frozenset[str]()] * 4
    assert first_words(nothing, np.arange(4) < 2, list("abcd")) == ()
    assert first_words([frozenset({"pool"})] * 4, np.ones(4, np.bool_), list("abcd")) == ()

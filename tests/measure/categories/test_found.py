"""When clusters are called new: low, in words of their own, and large enough together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.categories.clusters import Method, word_vectors
from ticketbench.measure.categories.found import Categories, Scored, categories

RUBRICS = ("Is this about an invoice or a refund?", "Is this about a parcel or its delivery?")
KNOWN = ("the invoice of may is wrong", "please refund invoice", "parcel lost", "delivery is late")
NEW = ("the pool is too cold to swim", "swim lane in the pool closed", "cold pool, no swim today")


def tickets(n_new: int, *, n: int = 200, low: float = 0.3) -> Scored:
    """`n` tickets of two labels, the first `n_new` about a pool, with a score of `low`."""
    texts = [NEW[i % 3] if i < n_new else KNOWN[i % 4] for i in range(n)]
    names = [f"t{i}" for i in range(n)]
    rng = np.random.default_rng(4)
    score = np.where(np.arange(n) < n_new, low, rng.uniform(0.7, 1.0, n))
    return Scored(
        ids=names,
        texts=texts,
        groups=names,
        labels=("billing", "shipping"),
        top=np.where(np.arange(n) < n_new, 1, np.arange(n) % 2),
        score=score,
        threshold=np.full(n, 0.6),
        rubrics=RUBRICS,
    )


def found_in(given: Scored) -> Categories:
    def vectors_of(rows: IntArray) -> tuple[FloatArray, Method]:
        return word_vectors([given.texts[i] for i in rows]), "tf-idf"

    return categories(given, vectors_of)


def test_tickets_that_no_rubric_asks_for_are_called_new() -> None:
    found = found_in(tickets(30))
    assert (found.called_new, found.why, found.method) == (True, "", "tf-idf")
    ids = {name for one in found.new for name in one.ids}
    assert ids == {f"t{i}" for i in range(30)}
    one = found.new[0]
    assert {"pool", "swim", "cold"} >= set(one.words[:2])
    assert (one.leans_to, one.n_leaning, one.n_under, one.median) == ("shipping", one.n, one.n, 0.3)


def test_the_same_tickets_with_high_scores_are_not() -> None:
    found = found_in(tickets(30, low=0.65))
    assert (found.called_new, found.n_under) == (False, 0)
    assert not any(one.may_be_new for one in found.clusters)


def test_words_that_a_rubric_has_are_not_new() -> None:
    given = replace(tickets(30), rubrics=(*RUBRICS, "Is this about swimming in the pool?"))
    found = found_in(given)
    assert not found.called_new
    assert any("pool" in one.in_rubric for one in found.clusters)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (tickets(10, n=99), "too few"),
        (replace(tickets(30), rubrics=()), "no rubrics"),
        (replace(tickets(30), threshold=np.full(200, 0.95)), "all low"),
        (tickets(9), "too small"),
    ],
    ids=["too few", "no rubrics", "all low", "too small"],
)
def test_what_keeps_a_cluster_from_being_called_new_is_said(given: Scored, why: str) -> None:
    found = found_in(given)
    assert (found.called_new, found.why, found.new) == (False, why, ())


def test_no_ticket_is_too_few() -> None:
    none = replace(
        tickets(0), ids=(), texts=(), groups=(), top=np.zeros(0, np.int64),
        score=np.zeros(0), threshold=np.zeros(0),
    )  # fmt: skip
    assert found_in(none).why == "too few"


def test_a_form_letter_of_one_sender_is_not_new() -> None:
    given = tickets(30)
    found = found_in(replace(given, groups=["robot"] * 30 + list(given.groups[30:])))
    assert not found.called_new
    assert not any(one.words for one in found.clusters if "t0" in one.ids)


def test_without_words_nothing_of_a_text_is_left() -> None:
    found = found_in(tickets(30)).without_words()
    assert found.called_new
    assert not any(one.words or one.in_rubric for one in found.clusters)

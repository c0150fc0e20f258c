"""Agreement against published values, scikit-learn and cases made by hand."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from ticketbench.measure.agreement.kappa import kappa
from ticketbench.measure.agreement.majority import majority
from ticketbench.measure.agreement.summary import Agreement, agreement

Said = Counter[tuple[tuple[str, str], ...]]

LABELS = st.sampled_from("abcd")
TWO = st.lists(st.tuples(LABELS, LABELS), min_size=2, max_size=40)

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers,
# twelve units, gaps; nominal alpha 0.743.
KRIPPENDORFF = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


def of_two(pairs: list[tuple[str, str]]) -> Said:
    return Counter((("one", a), ("two", b)) for a, b in pairs)


def found(said: Said) -> Agreement:
    told = agreement(said)
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("table", "value", "low", "high"),
    [
        ([[106, 10, 4], [22, 28, 10], [2, 12, 6]], 0.42857142857, 0.32329979345, 0.53384306369),
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], 0.67647058824, 0.50457595809, 0.84836521838),
        ([[20, 5], [10, 15]], 0.4, 0.15109229048, 0.64890770952),
    ],
)
def test_kappa_and_its_interval_are_those_of_statsmodels(
    table: list[list[int]], value: float, low: float, high: float
) -> None:
    """Of cohens_kappa in statsmodels 0.15.0, which has the formula of the same paper."""
    told = kappa(np.array(table, dtype=float))
    assert (told.value, told.low, told.high) == pytest.approx((value, low, high), abs=1e-10)


@given(TWO)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    told = found(of_two(pairs))
    a, b = zip(*pairs, strict=True)
    if len({*a, *b}) > 1:
        assert told.coefficient == "kappa"
        assert told.beyond_chance.value == pytest.approx(cohen_kappa_score(a, b), abs=1e-9)


def test_alpha_is_that_of_the_published_example() -> None:
    people = [one.split() for one in KRIPPENDORFF]
    said = Counter(
        tuple((f"p{i}", row[unit]) for i, row in enumerate(people) if row[unit] != ".")
        for unit in range(12)
    )
    told = found(said)
    assert told.coefficient == "alpha"
    assert told.beyond_chance.value == pytest.approx(0.743421052631579)  # krippendorff 0.9.0
    assert told.beyond_chance.low < 0.743 < told.beyond_chance.high
    assert (told.n_tickets, told.n_double, told.n_annotators, told.n_annotations) == (12, 11, 4, 41)
    assert told == agreement(said)


@given(TWO)
def test_neither_the_order_of_tickets_nor_who_is_first_changes_anything(
    pairs: list[tuple[str, str]],
) -> None:
    told, turned = found(of_two(pairs)), found(of_two([(b, a) for a, b in reversed(pairs)]))
    assert told.agreed == turned.agreed
    assert (told.labels, told.pairs) == (turned.labels, turned.pairs)
    same = (told.beyond_chance.value, turned.beyond_chance.value)
    assert same[0] == pytest.approx(same[1], nan_ok=True)


def test_labels_and_pairs_are_counted_by_ticket() -> None:
    told = found(of_two([("a", "a"), ("a", "b"), ("a", "b"), ("b", "c"), ("c", "c")]))
    assert [(one.label, one.n, round(one.share, 3)) for one in told.labels] == [
        ("a", 3, 0.5),
        ("b", 3, 0.0),
        ("c", 2, 0.667),
    ]
    assert [(one.first, one.second, one.n) for one in told.pairs] == [("a", "b", 2), ("b", "c", 1)]
    assert (told.n_agreed, told.few) == (2, True)
    assert not found(of_two([("a", "a"), ("b", "b"), ("a", "b")] * 10)).few


def test_what_cannot_be_told_is_not_a_number_with_its_reason() -> None:
    alone = found(of_two([("a", "a")] * 3)).beyond_chance
    assert math.isnan(alone.value)
    assert "one label" in alone.method
    whole = found(of_two([("a", "a"), ("b", "b")]))
    assert whole.beyond_chance.value == 1
    assert math.isnan(whole.beyond_chance.low)
    assert agreement(Counter({(("one", "a"),): 5})) is None
    assert agreement(Counter()) is None


def test_people_without_a_name_are_counted_by_alpha() -> None:
    said: Said = Counter({(("", "a"), ("", "b")): 2, (("", "a"), ("", "a")): 8})
    assert found(said).coefficient == "alpha"


@pytest.mark.parametrize(
    ("labels", "taken"),
    [("", None), ("a", "a"), ("ab", None), ("aab", "a"), ("aabb", None), ("aabbb", "b")],
)  # fmt: skip
def test_a_majority_is_more_than_half(labels: str, taken: str | None) -> None:
    assert majority([*labels]) == taken


def test_no_interval_is_told_by_what_lacks() -> None:
    alike = agreement({(("a", "x"), ("b", "x")): 3, (("a", "y"), ("b", "y")): 2})
    never = agreement({(("a", "x"), ("b", "y")): 5})
    assert alike is not None
    assert never is not None
    assert alike.beyond_chance.method == "no interval: nobody disagreed"
    assert never.beyond_chance.method == "no interval: too few kinds of answers"


def test_answers_without_a_name_are_of_as_many_people_as_one_ticket_has_of_them() -> None:
    found = agreement({(("", "x"), ("", "x"), ("ann", "y")): 1, (("", "x"), ("ann", "x")): 3})
    assert found is not None
    assert found.n_annotators == 3

from __future__ import annotations

import hashlib
import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.rubrics import Rubric, RubricSet, fingerprint
from ticketbench.core.types import (
    NONE,
    Dataset,
    Estimate,
    Failure,
    Ticket,
    highest,
    second_highest,
)

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

TICKET = Ticket("t1", "The app crashes", "technical", ("technical", "account"), "g", "test")
ROWS = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.4, 0.4, 0.2], [0.2, 0.2, 0.6]]
GOLD = ["a", "c", "b", "__none__"]


def test_a_fingerprint_is_the_sha256_of_length_prefixed_parts() -> None:
    assert fingerprint(["ab", "é"]) == hashlib.sha256("2:ab2:é".encode()).hexdigest()


@SEARCH
@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_equal_fingerprints_mean_equal_parts(one: list[str], other: list[str]) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


def test_where_one_part_ends_counts_in_a_fingerprint() -> None:
    assert fingerprint(["ab", "c"]) != fingerprint(["a", "bc"])


@pytest.mark.parametrize(
    "changed",
    [
        replace(TICKET, id="t2"),
        replace(TICKET, text="The app crashes "),
        replace(TICKET, label="account"),
        replace(TICKET, all_labels=("technical",)),
        replace(TICKET, all_labels=("account", "technical")),
        replace(TICKET, group=None),
        replace(TICKET, group=""),
        replace(TICKET, split=None),
        replace(TICKET, group="test", split="g"),
        replace(TICKET, metadata=(("time", "1"),)),
        replace(TICKET, all_labels=("technical",), metadata=(("account", "g"),)),
    ],
)
def test_every_field_of_a_ticket_counts_in_the_fingerprint(changed: Ticket) -> None:
    assert Dataset("d", (changed,)).fingerprint != Dataset("d", (TICKET,)).fingerprint


def test_an_absent_group_differs_from_an_empty_one() -> None:
    absent, empty = replace(TICKET, group=None), replace(TICKET, group="")
    assert absent.canonical() != empty.canonical()


def test_the_name_of_a_dataset_does_not_count_in_its_fingerprint() -> None:
    assert Dataset("d", (TICKET,)).fingerprint == Dataset("e", (TICKET,)).fingerprint


def test_the_order_of_tickets_counts_in_the_fingerprint() -> None:
    other = replace(TICKET, id="t2")
    forward, backward = Dataset("d", (TICKET, other)), Dataset("d", (other, TICKET))
    assert forward.fingerprint != backward.fingerprint


def test_a_dataset_has_all_labels_when_one_ticket_lists_them() -> None:
    assert Dataset("d", (replace(TICKET, all_labels=()), TICKET)).has_all_labels


def test_a_dataset_without_listed_labels_has_no_all_labels() -> None:
    assert not Dataset("d", (replace(TICKET, all_labels=()),)).has_all_labels


def test_a_ticket_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        TICKET.label = "account"  # type: ignore[misc]


def test_the_labels_of_a_rubric_set_stand_in_request_order() -> None:
    assert RubricSet("v1", (Rubric("b", "B?"), Rubric("a", "A?"))).labels == ("b", "a")


def test_the_order_of_rubrics_counts_in_the_fingerprint() -> None:
    a, b = Rubric("a", "A?"), Rubric("b", "B?")
    assert RubricSet("v", (a, b)).fingerprint != RubricSet("v", (b, a)).fingerprint


def test_the_text_of_a_rubric_counts_in_the_fingerprint() -> None:
    a, b = RubricSet("v", (Rubric("a", "A?"),)), RubricSet("v", (Rubric("a", "A!"),))
    assert a.fingerprint != b.fingerprint


def test_requested_tickets_are_scored_and_failed_ones() -> None:
    t = table(ROWS, GOLD, failures=[Failure("t9", "timeout"), Failure("t8", "http", 500)])
    assert (t.n_requested, t.n_scored, t.n_failed) == (6, 4, 2)


def test_top_is_the_highest_score_and_a_tie_goes_to_the_earlier_label() -> None:
    assert table(ROWS, GOLD).top.tolist() == [0, 1, 0, 2]


def test_top_score_is_the_highest_score() -> None:
    assert table(ROWS, GOLD).top_score.tolist() == [0.7, 0.6, 0.4, 0.6]


def test_right_is_the_gold_label_on_top() -> None:
    assert table(ROWS, GOLD).right.tolist() == [True, False, False, False]


def test_a_ticket_that_no_label_fits_is_never_right() -> None:
    assert not table(ROWS, ["__none__"] * 4).right.any()


def test_a_gold_label_that_the_set_lacks_is_never_right() -> None:
    assert not table(ROWS, ["zebra"] * 4).right.any()


def test_labelled_drops_the_tickets_that_no_label_fits() -> None:
    assert table(ROWS, GOLD).labelled().ids == ("t0", "t1", "t2")


def test_labelled_keeps_gold_labels_that_the_set_lacks() -> None:
    assert table(ROWS, ["a", "zebra", "b", "__none__"]).labelled().n_scored == 3


def test_rows_takes_a_mask() -> None:
    kept = table(ROWS, GOLD).rows(np.array([False, True, False, True]))
    assert (kept.ids, kept.truth.tolist()) == (("t1", "t3"), [2, NONE])


def test_rows_takes_indices_in_their_order() -> None:
    assert table(ROWS, GOLD).rows(np.array([2, 0])).ids == ("t2", "t0")


def test_rows_keeps_the_failures() -> None:
    failure = Failure("t9", "timeout")
    assert table(ROWS, GOLD, failures=[failure]).rows(np.array([0])).failures == (failure,)


def test_rows_takes_the_fitting_labels_along() -> None:
    t = table(ROWS, GOLD, wanted=[["a"], ["b", "c"], ["b"], []])
    kept = t.rows(np.array([1])).wanted
    assert kept is not None
    assert kept.tolist() == [[False, True, True]]


@pytest.mark.parametrize(
    "name", ["truth", "groups", "scores", "wanted", "top", "top_score", "right"]
)
def test_the_arrays_of_a_score_table_are_read_only(name: str) -> None:
    t = table(ROWS, GOLD, wanted=[["a"], ["b"], ["b"], []])
    with pytest.raises(ValueError, match="read-only"):
        getattr(t, name)[0] = 1


@pytest.mark.parametrize(
    "change",
    [
        {"ids": ("t0",)},
        {"truth": np.zeros(3, np.int64)},
        {"groups": np.zeros(5, np.int64)},
        {"scores": np.zeros((4, 2))},
        {"labels": ("a", "b")},
    ],
)
def test_arrays_of_different_length_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="differ in length"):
        replace(table(ROWS, GOLD), **change)  # type: ignore[arg-type]


def test_groups_are_counted_once() -> None:
    assert table(ROWS, GOLD, groups=[7, 7, 3, 7]).n_groups == 2


def test_an_empty_score_table_has_empty_tops() -> None:
    t = table([], [])
    assert (len(t.top), len(t.top_score), len(t.right), t.n_groups) == (0, 0, 0, 0)


@SEARCH
@given(st.integers(0, 40), st.integers(0, 10_000))
def test_rows_and_their_complement_make_the_whole(n: int, seed: int) -> None:
    t = random_table(n, seed=seed)
    keep = np.random.default_rng(seed).random(n) < 0.5
    kept, left = t.rows(keep), t.rows(~keep)
    assert sorted(kept.ids + left.ids) == sorted(t.ids)


def test_undefined_estimates_are_equal() -> None:
    assert Estimate.undefined(0, "no tickets") == Estimate.undefined(0, "no tickets")


def test_estimates_are_equal_whatever_nan_they_were_made_of() -> None:
    one = Estimate(float("nan"), float("nan"), float("nan"), 3, "x")
    assert one == Estimate(np.nan, -math.nan, float("nan"), 3, "x")


def test_equal_estimates_have_equal_hashes() -> None:
    one, other = (Estimate(float("nan"), 0.1, 0.2, 3, "x") for _ in range(2))
    assert hash(one) == hash(other)


def test_an_estimate_of_numpy_numbers_holds_python_floats() -> None:
    assert type(Estimate(np.float64(0.5), np.float64(0.1), np.float64(0.9), 3, "x").value) is float


def test_an_estimate_is_defined_when_it_has_a_value() -> None:
    assert Estimate(0.5, math.nan, math.nan, 1, "no interval").defined


def test_an_undefined_estimate_keeps_n_and_the_reason() -> None:
    nothing = Estimate.undefined(7, "no label was predicted")
    assert (nothing.n, nothing.method, nothing.defined) == (7, "no label was predicted", False)


def test_found_groups_leave_the_fingerprint_of_the_data() -> None:
    data = Dataset("d", (TICKET, replace(TICKET, id="t2", group=None)))
    tied = data.with_groups(["x 0", "x 0"])
    assert [ticket.group for ticket in tied.tickets] == ["x 0", "x 0"]
    assert (tied.fingerprint, tied.name) == (data.fingerprint, "d")


def test_found_groups_change_nothing_else_of_a_ticket() -> None:
    (ticket,) = Dataset("d", (TICKET,)).with_groups([None]).tickets
    assert ticket == replace(TICKET, group=None)


def test_the_dataset_itself_keeps_its_groups() -> None:
    data = Dataset("d", (TICKET,))
    data.with_groups(["x"])
    assert data.tickets == (TICKET,)


@pytest.mark.parametrize("groups", [[], ["x", "y"]])
def test_there_is_one_group_per_ticket(groups: list[str]) -> None:
    with pytest.raises(ValueError, match="zip"):
        Dataset("d", (TICKET,)).with_groups(groups)


def test_tickets_in_order_of_ids_keep_what_belongs_to_them() -> None:
    of = random_table(12, n_groups=4)
    moved = of.rows(np.random.default_rng(3).permutation(12)).in_order_of_ids()
    assert list(moved.ids) == sorted(of.ids)
    for i, name in enumerate(moved.ids):
        at = of.ids.index(name)
        assert np.array_equal(moved.scores[i], of.scores[at])
        assert moved.truth[i] == of.truth[at]


@given(st.integers(0, 30), st.integers(0, 99))
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
def test_in_order_of_ids_the_order_before_is_forgotten(n: int, seed: int) -> None:
    of = random_table(n, seed=seed, n_groups=5)
    rng = np.random.default_rng(seed)
    names = rng.permutation(5)
    moved = replace(of, groups=names[of.groups]).rows(rng.permutation(n))
    one, other = of.in_order_of_ids(), moved.in_order_of_ids()
    assert one.ids == other.ids
    for name in ("scores", "truth", "groups"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_groups_are_numbered_by_their_first_id() -> None:
    of = table([[0.8, 0.1, 0.1]] * 4, ["a"] * 4, groups=[7, 2, 7, 5])
    assert of.in_order_of_ids().groups.tolist() == [0, 1, 0, 2]


def test_failures_stand_in_order_of_ids_too() -> None:
    failed = [Failure("z", "timeout"), Failure("b", "timeout")]
    of = table([[0.8, 0.1, 0.1]], ["a"], failures=failed).in_order_of_ids()
    assert [failure.ticket_id for failure in of.failures] == ["b", "z"]


def test_the_second_highest_score_is_the_second_of_a_stable_order() -> None:
    rng = np.random.default_rng(5)
    for k in (2, 3, 7):
        scores = rng.integers(0, 4, size=(300, k)) / 4
        order = np.argsort(-scores, axis=1, kind="stable")
        found = second_highest(scores, highest(scores)[0])
        assert found.tolist() == order[:, 1].tolist()

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from tables import table
from ticketbench.core.errors import InputError
from ticketbench.core.types import NONE, ScoreTable
from ticketbench.measure.label_map import CommonLabel, aligned, common_labels, counted

SEARCH = options(max_examples=60, deadline=None, derandomize=True)
OLD, NEW = ("billing", "account", "other"), ("money", "access", "privacy", "other")


def kinds(commons: tuple[CommonLabel, ...]) -> dict[str, str]:
    return {one.name: one.kind for one in commons}


def test_renames_splits_merges_and_namesakes_are_told_apart() -> None:
    found = common_labels(OLD, NEW, {"billing": ["money"], "account": ["access", "privacy"]})
    assert kinds(found) == {
        "billing = money": "renamed",
        "account = access + privacy": "split",
        "other": "same",
    }
    back = common_labels(NEW, OLD, {"access": ["account"], "privacy": ["account"]})
    assert kinds(back)["access + privacy = account"] == "merged"


def test_labels_tied_through_others_are_one() -> None:
    found = common_labels("ab", "xyz", {"a": ["x", "y"], "b": ["y", "z"]})
    assert [(one.base, one.candidate, one.kind) for one in found] == [
        (("a", "b"), ("x", "y", "z"), "regrouped")
    ]


def test_labels_of_one_side_only_are_not_comparable() -> None:
    found = common_labels(("a", "b"), ("a", "c"), {}, gold=["d", "a", "__none__"])
    assert [(one.name, one.kind, one.comparable) for one in found] == [
        ("a", "same", True),
        ("b", "only in the base", False),
        ("c", "only in the candidate", False),
        ("d", "in neither", False),
    ]


def test_a_label_that_is_mapped_is_not_tied_to_its_namesake() -> None:
    found = common_labels(("a", "b"), ("a", "b"), {"a": ["b"], "b": ["a"]})
    assert [(one.base, one.candidate) for one in found] == [(("a",), ("b",)), (("b",), ("a",))]


@pytest.mark.parametrize(
    ("mapping", "words"),
    [({"biling": ["money"]}, "'billing'"), ({"billing": ["mony"]}, "'money'")],
)
def test_an_unknown_label_of_the_map_names_the_nearest(
    mapping: dict[str, list[str]], words: str
) -> None:
    with pytest.raises(InputError) as caught:
        common_labels(OLD, NEW, mapping)
    assert words in caught.value.problems[0].help


def test_a_split_is_judged_by_what_both_can_tell_apart() -> None:
    commons = common_labels(OLD, NEW, {"billing": ["money"], "account": ["access", "privacy"]})
    gold = ["billing", "account", "account", "other", "__none__"]
    base = table(np.eye(3)[[0, 1, 2, 2, 0]].tolist(), gold, labels=OLD)
    candidate = table(np.eye(4)[[0, 1, 2, 0, 3]].tolist(), gold, labels=NEW)
    a, b = aligned(base, commons, side="base"), aligned(candidate, commons, side="candidate")
    assert a.right.tolist() == [True, True, False, True, False]
    assert b.right.tolist() == [True, True, True, False, False]
    assert a.truth[-1] == b.truth[-1] == NONE
    assert [(one.name, one.n) for one in counted(commons, a)] == [
        ("billing = money", 1), ("account = access + privacy", 2), ("other", 1)
    ]  # fmt: skip


def test_gold_may_be_written_in_the_words_of_either_set() -> None:
    commons = common_labels(OLD, NEW, {"billing": ["money"], "account": ["access", "privacy"]})
    old = table([[1.0, 0.0, 0.0]] * 2, ["billing", "account"], labels=OLD)
    new = table([[1.0, 0.0, 0.0]] * 2, ["money", "privacy"], labels=OLD)
    one, other = (aligned(t, commons, side="base") for t in (old, new))
    golds = [[t.gold_labels[i] for i in t.truth] for t in (one, other)]
    assert golds[0] == golds[1]


def test_a_label_the_side_lacks_is_wrong_for_it() -> None:
    commons = common_labels(("a", "b"), ("a", "c"), {})
    t = table([[0.2, 0.8]] * 2, ["b", "c"], labels=("a", "b"))
    found = aligned(t, commons, side="base")
    assert found.right.tolist() == [True, False]
    assert found.labels == ("a", "b")
    assert set(found.gold_labels) == {"a", "b", "c"}


@st.composite
def tables_and_maps(draw: st.DrawFn) -> tuple[ScoreTable, dict[str, list[str]], tuple[str, ...]]:
    k = draw(st.integers(2, 5))
    labels = tuple(f"l{i}" for i in range(k))
    others = tuple(f"m{i}" for i in range(draw(st.integers(2, 4))))
    mapping = {
        label: draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))
        for label in labels
        if draw(st.booleans())
    }
    n = draw(st.integers(1, 8))
    # Few different numbers, so that ties are common.
    cells = st.sampled_from([0.0, 0.1, 0.3, 0.3, 0.5])
    scores = draw(st.lists(st.lists(cells, min_size=k, max_size=k), min_size=n, max_size=n))
    gold = draw(st.lists(st.sampled_from([*labels, "__none__"]), min_size=n, max_size=n))
    return table(scores, gold, labels=labels), mapping, others


@SEARCH
@given(tables_and_maps())
def test_top_label_top_score_and_right_stay_up_to_the_common_label(
    given_: tuple[ScoreTable, dict[str, list[str]], tuple[str, ...]],
) -> None:
    raw, mapping, others = given_
    commons = common_labels(raw.labels, others, mapping)
    name_of = {label: one.name for one in commons for label in one.base}
    found = aligned(raw, commons, side="base")
    assert [found.labels[i] for i in found.top] == [name_of[raw.labels[i]] for i in raw.top]
    assert found.top_score.tolist() == raw.top_score.tolist()
    golds = [name_of[raw.gold_labels[i]] if i != NONE else "" for i in raw.truth]
    tops = [name_of[raw.labels[i]] for i in raw.top]
    assert found.right.tolist() == [g == t for g, t in zip(golds, tops, strict=True)]
    assert (found.ids, found.failures) == (raw.ids, raw.failures)

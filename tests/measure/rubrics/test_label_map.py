from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import table
from ticketbench.core.errors import InputError
from ticketbench.core.types import NONE, ScoreTable
from ticketbench.measure.rubrics.label_map import CommonLabel, aligned, common_labels, counted

SEARCH = settings(max_examples=60, deadline=None, derandomize=True, database=None)

BASE, CANDIDATE = ("a", "b", "c", "d"), ("w", "x", "y", "a")


def named(commons: tuple[CommonLabel, ...]) -> dict[str, CommonLabel]:
    return {one.name: one for one in commons}


def tops(t: ScoreTable) -> list[str]:
    return [t.labels[i] for i in t.top]


def golds(t: ScoreTable) -> list[str]:
    return ["__none__" if i == NONE else t.gold_labels[i] for i in t.truth]


def of_label(commons: tuple[CommonLabel, ...], side: str, label: str) -> str:
    """The name of the common label that one side's label belongs to."""
    return next(one.name for one in commons if label in getattr(one, side))


def test_equal_labels_without_a_map_are_the_same() -> None:
    found = common_labels(("a", "b"), ("a", "b"), {})
    assert found == (CommonLabel("a", ("a",), ("a",)), CommonLabel("b", ("b",), ("b",)))
    assert [(one.kind, one.comparable) for one in found] == [("same", True)] * 2


def test_one_label_for_another_is_a_rename() -> None:
    found = named(common_labels(("a", "b"), ("x", "b"), {"a": ["x"]}))
    assert found["a = x"] == CommonLabel("a = x", ("a",), ("x",))
    assert (found["a = x"].kind, found["b"].kind) == ("renamed", "same")


def test_many_labels_for_one_are_a_merge() -> None:
    found = named(common_labels(("a", "b", "c"), ("x", "c"), {"a": ["x"], "b": ["x"]}))
    assert found["a + b = x"] == CommonLabel("a + b = x", ("a", "b"), ("x",))
    assert found["a + b = x"].kind == "merged"


def test_one_label_for_many_is_a_split() -> None:
    found = named(common_labels(("a", "b"), ("x", "y", "b"), {"a": ["x", "y"]}))
    assert found["a = x + y"] == CommonLabel("a = x + y", ("a",), ("x", "y"))
    assert found["a = x + y"].kind == "split"


def test_labels_tied_through_others_are_regrouped() -> None:
    mapping = {"a": ["x"], "c": ["y", "z"], "b": ["x", "y"]}
    (found,) = common_labels(("a", "b", "c"), ("x", "y", "z"), mapping)
    assert (found.base, found.candidate) == (("a", "b", "c"), ("x", "y", "z"))
    assert (found.kind, found.name) == ("regrouped", "a + b + c = x + y + z")


def test_a_later_tie_joins_what_stood_apart() -> None:
    apart = common_labels(("a", "b"), ("x", "y"), {"a": ["x"], "b": ["y"]})
    joined = common_labels(("a", "b"), ("x", "y"), {"a": ["x"], "b": ["y", "x"]})
    assert (len(apart), len(joined)) == (2, 1)


def test_a_merge_into_a_label_that_stays_needs_both_in_the_map() -> None:
    found = named(common_labels(("a", "b"), ("a",), {"a": ["a"], "b": ["a"]}))
    assert found["a + b = a"].kind == "merged"
    alone = common_labels(("a", "b"), ("a",), {"b": ["a"]})
    assert {one.kind for one in alone} == {"only in the base", "renamed"}


def test_names_that_changed_places_follow_the_map() -> None:
    found = named(common_labels(("a", "b"), ("a", "b"), {"a": ["b"], "b": ["a"]}))
    assert (found["a = b"].base, found["a = b"].candidate) == (("a",), ("b",))
    assert (found["b = a"].base, found["b = a"].candidate) == (("b",), ("a",))


def test_labels_of_one_side_only_are_not_comparable() -> None:
    found = named(common_labels(("a", "old"), ("a", "new"), {}))
    assert [found[name].kind for name in ("old", "new")] == [
        "only in the base",
        "only in the candidate",
    ]
    assert [found[name].comparable for name in ("a", "old", "new")] == [True, False, False]


def test_the_candidates_own_labels_come_after_those_of_the_base() -> None:
    found = common_labels(("c", "a", "b"), ("x", "b2", "c2"), {"b": ["b2"], "c": ["c2"]})
    assert [one.name for one in found] == ["c = c2", "a", "b = b2", "x"]


def test_gold_labels_that_neither_side_has_come_last_by_name() -> None:
    found = common_labels(("a",), ("a",), {}, ["zebra", "a", "__none__", "ape"])
    assert [one.name for one in found] == ["a", "ape", "zebra"]
    assert [one.kind for one in found] == ["same", "in neither", "in neither"]
    assert not found[-1].comparable


def test_labels_of_both_sides_stand_in_the_order_of_the_base() -> None:
    found = common_labels(("a", "b", "c"), ("c", "d", "b"), {})
    assert [one.name for one in found] == ["a", "b", "c", "d"]


def test_a_gold_label_that_only_the_other_side_has_is_wrong_for_this_one() -> None:
    t = table([[0.2, 0.8]] * 2, ["b", "c"], labels=("a", "b"))
    found = aligned(t, common_labels(("a", "b"), ("a", "c"), {}), side="base")
    assert (found.right.tolist(), found.labels) == ([True, False], ("a", "b"))
    assert set(found.gold_labels) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("mapping", "what", "help_"),
    [
        ({"biling": ["x"]}, "'biling', which the base does not have", "did you mean 'billing'?"),
        ({"billing": ["accces"]}, "'accces', which the candidate", "did you mean 'access'?"),
        ({"billing": ["x", "qqq"]}, "'qqq', which the candidate", "known: x, access"),
    ],
)
def test_an_unknown_label_is_refused_with_a_suggestion(
    mapping: dict[str, list[str]], what: str, help_: str
) -> None:
    with pytest.raises(InputError, match=what) as caught:
        common_labels(("billing", "general"), ("x", "access"), mapping)
    assert caught.value.problems[0].help == help_


def test_a_renamed_label_keeps_every_score_and_every_right_answer() -> None:
    t = table([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.2, 0.3, 0.5]], ["a", "a", "c"])
    commons = common_labels(t.labels, ("a", "x", "c"), {"b": ["x"]})
    found = aligned(t, commons, side="base")
    by_name = {name: found.scores[:, i].tolist() for i, name in enumerate(found.labels)}
    assert by_name == {"a": [0.7, 0.1, 0.2], "b = x": [0.2, 0.6, 0.3], "c": [0.1, 0.3, 0.5]}
    assert found.right.tolist() == t.right.tolist() == [True, False, True]
    assert golds(found) == ["a", "a", "c"]


def test_merged_labels_score_as_high_as_the_best_of_them() -> None:
    t = table([[0.3, 0.25, 0.45], [0.4, 0.5, 0.1]], ["a", "a"])
    commons = common_labels(t.labels, ("x", "c"), {"a": ["x"], "b": ["x"]})
    found = aligned(t, commons, side="base")
    assert tops(found) == ["c", "a + b = x"]
    assert found.scores[:, found.labels.index("a + b = x")].tolist() == [0.3, 0.5]


def test_right_is_right_up_to_a_common_label() -> None:
    # b for gold a is wrong of its own, but the candidate cannot tell a from b.
    base = table([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8]], ["a", "a"])
    candidate = table([[0.8, 0.2], [0.2, 0.8]], ["a", "a"], labels=("x", "c"))
    commons = common_labels(base.labels, candidate.labels, {"a": ["x"], "b": ["x"]}, ["a"])
    assert base.right.tolist() == [False, False]
    assert aligned(base, commons, side="base").right.tolist() == [True, False]
    assert aligned(candidate, commons, side="candidate").right.tolist() == [True, False]


def test_gold_in_the_words_of_either_side_is_understood() -> None:
    base = table([[0.9, 0.1]] * 2, ["a", "x"], labels=("a", "b"))
    candidate = table([[0.9, 0.1]] * 2, ["a", "x"], labels=("x", "b"))
    commons = common_labels(base.labels, candidate.labels, {"a": ["x"]})
    for t, side in ((base, "base"), (candidate, "candidate")):
        found = aligned(t, commons, side=side)
        assert golds(found) == ["a = x", "a = x"]
        assert found.right.tolist() == [True, True]


def test_a_gold_word_that_both_sides_use_means_the_label_of_the_base() -> None:
    base = table([[0.9, 0.1]], ["b"], labels=("a", "b"))
    commons = common_labels(("a", "b"), ("b", "c"), {"a": ["b"], "b": ["c"]})
    assert golds(aligned(base, commons, side="base")) == ["b = c"]


def test_gold_that_no_label_fits_stays_so() -> None:
    t = table([[0.8, 0.1, 0.1]] * 2, ["__none__", "a"])
    found = aligned(t, common_labels(t.labels, ("x", "b", "c"), {"a": ["x"]}), side="base")
    assert golds(found) == ["__none__", "a = x"]
    assert found.right.tolist() == [False, True]


def test_a_gold_label_that_neither_side_has_is_never_right() -> None:
    t = table([[0.8, 0.1, 0.1]] * 2, ["zebra", "a"])
    found = aligned(t, common_labels(t.labels, t.labels, {}, t.gold_labels), side="base")
    assert (golds(found), found.right.tolist()) == (["zebra", "a"], [False, True])
    assert found.labels == ("a", "b", "c")


def test_both_sides_know_the_same_gold_labels() -> None:
    base = table([[0.8, 0.2]], ["a"], labels=("a", "old"))
    candidate = table([[0.8, 0.2]], ["a"], labels=("new", "a"))
    commons = common_labels(base.labels, candidate.labels, {})
    a = aligned(base, commons, side="base")
    b = aligned(candidate, commons, side="candidate")
    assert set(a.gold_labels) == set(b.gold_labels) == {"a", "old", "new"}
    assert (set(a.labels), set(b.labels)) == ({"a", "old"}, {"a", "new"})


def test_the_label_that_won_a_tie_goes_on_winning() -> None:
    t = table([[0.4, 0.2, 0.4], [0.4, 0.4, 0.2]], ["c", "c"], labels=("b", "a", "c"))
    commons = common_labels(t.labels, ("x", "a"), {"c": ["x"], "b": ["x"]})
    found = aligned(t, commons, side="base")
    assert tops(found) == ["b + c = x"] * 2
    assert found.top_score.tolist() == [0.4, 0.4]


def test_a_lost_tie_lowers_the_other_score_by_a_hair_only() -> None:
    # z won as the earlier label; its common label is the later column here.
    t = table([[0.5, 0.5]], ["z"], labels=("z", "a"))
    commons = tuple(reversed(common_labels(t.labels, t.labels, {})))
    found = aligned(t, commons, side="base")
    assert (found.labels, tops(found)) == (("a", "z"), ["z"])
    assert found.scores[0].tolist() == [np.nextafter(0.5, 0.0), 0.5]


def test_ids_groups_and_failures_stay() -> None:
    t = table([[0.8, 0.1, 0.1]] * 3, ["a", "b", "c"], groups=[4, 4, 7], wanted=[["a"]] * 3)
    found = aligned(t, common_labels(t.labels, t.labels, {}), side="base")
    assert (found.ids, found.groups.tolist(), found.provenance) == (t.ids, [4, 4, 7], t.provenance)
    assert found.wanted is None


def test_no_tickets_align_to_none() -> None:
    t = table([], [])
    found = aligned(t, common_labels(t.labels, ("x", "b", "c"), {"a": ["x"]}), side="base")
    assert (found.n_scored, set(found.labels)) == (0, {"a = x", "b", "c"})


def test_tickets_are_counted_by_common_label() -> None:
    t = table([[0.8, 0.1, 0.1]] * 6, ["a", "b", "c", "a", "__none__", "zebra"])
    commons = common_labels(t.labels, ("x", "c", "y"), {"a": ["x"], "b": ["x"]}, t.gold_labels)
    found = counted(commons, aligned(t, commons, side="base"))
    assert {one.name: one.n for one in found} == {"a + b = x": 3, "c": 1, "y": 0, "zebra": 1}
    assert [one.name for one in found] == [one.name for one in commons]


MAPPINGS = st.dictionaries(
    st.sampled_from(BASE),
    st.lists(st.sampled_from(CANDIDATE), min_size=1, max_size=3, unique=True),
    max_size=4,
)


@st.composite
def answers(draw: st.DrawFn, labels: tuple[str, ...]) -> ScoreTable:
    """Tickets with many ties, gold in the words of either side, or one that neither has."""
    row = st.lists(st.integers(0, 4), min_size=4, max_size=4).filter(any)
    rows = draw(st.lists(row, max_size=6))
    words = st.sampled_from([*dict.fromkeys((*BASE, *CANDIDATE)), "zebra", "__none__"])
    gold = draw(st.lists(words, min_size=len(rows), max_size=len(rows)))
    return table([[x / 10 for x in row] for row in rows], gold, labels=labels)


@SEARCH
@given(MAPPINGS)
def test_every_label_of_a_side_is_in_exactly_one_common_label(
    mapping: dict[str, list[str]],
) -> None:
    commons = common_labels(BASE, CANDIDATE, mapping)
    assert sorted(x for one in commons for x in one.base) == sorted(BASE)
    assert sorted(x for one in commons for x in one.candidate) == sorted(CANDIDATE)
    assert len({one.name for one in commons}) == len(commons)
    for label, others in mapping.items():
        own = of_label(commons, "base", label)
        assert {of_label(commons, "candidate", other) for other in others} == {own}


@SEARCH
@given(st.data(), MAPPINGS, st.sampled_from(["base", "candidate"]))
def test_top_label_and_top_score_stay_what_they_were(
    data: st.DataObject, mapping: dict[str, list[str]], side: str
) -> None:
    t = data.draw(answers(BASE if side == "base" else CANDIDATE))
    commons = common_labels(BASE, CANDIDATE, mapping, t.gold_labels)
    found = aligned(t, commons, side=side)
    assert tops(found) == [of_label(commons, side, label) for label in tops(t)]
    assert found.top_score.tolist() == t.top_score.tolist()
    # A gold word of both sides is the base's; right is the same common label as the gold.
    place = {one.name: one.name for one in commons}
    place |= {label: one.name for one in commons for label in one.candidate}
    place |= {label: one.name for one in commons for label in one.base}
    expected = [place.get(label, label) for label in golds(t)]
    assert golds(found) == expected
    assert found.right.tolist() == [a == b for a, b in zip(tops(found), expected, strict=True)]


@SEARCH
@given(st.data(), st.permutations(["w", "x", "y", "z"]))
def test_a_map_that_only_renames_changes_no_answer(data: st.DataObject, others: list[str]) -> None:
    t = data.draw(answers(BASE))
    commons = common_labels(BASE, others, {a: [b] for a, b in zip(BASE, others, strict=True)},
                            t.gold_labels)  # fmt: skip
    found = aligned(t, commons, side="base")
    own = [t.gold_labels[i] if i != NONE else "" for i in t.truth]
    in_base = np.array([label in BASE for label in own], dtype=np.bool_)
    assert found.right[in_base].tolist() == t.right[in_base].tolist()
    renamed = [of_label(commons, "base", label) for label in BASE]
    columns = [found.labels.index(name) for name in renamed]
    assert np.allclose(found.scores[:, columns], t.scores)


def test_an_empty_entry_of_the_map_says_nothing() -> None:
    assert common_labels(("a", "b"), ("a", "b"), {"a": []}) == common_labels("ab", "ab", {})

"""Statistics of parts: together they are what one part of all tickets says, to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parted import Whole, assert_identical, merged, random_whole
from tables import table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.types import Repeat
from ticketbench.measure.parts import statistics
from ticketbench.measure.parts.statistics import merge, part_statistics

POLICY = Policy(threshold=0.6, escalate_above=0.3)


@st.composite
def wholes(draw: st.DrawFn) -> Whole:
    """Small tables of every kind."""
    return random_whole(
        draw(st.integers(0, 60)),
        seed=draw(st.integers(0, 1000)),
        n_groups=draw(st.sampled_from([None, 1, 4, 30])),
        decimals=draw(st.sampled_from([1, 3, 15])),
        wanted=draw(st.booleans()),
    )


@settings(max_examples=40)
@given(whole=wholes(), n=st.integers(1, 7), data=st.data())
def test_any_number_and_order_of_parts_says_the_same_as_the_whole(
    whole: Whole, n: int, data: st.DataObject
) -> None:
    rows = whole.table.n_scored
    seed = data.draw(st.integers(0, 1000))
    of_row = np.random.default_rng(seed).integers(0, n, rows)
    parts = [part.statistics(POLICY) for part in whole.parts(of_row, n)]
    ordered = data.draw(st.permutations(parts))
    found = merged(ordered)
    expected = whole.statistics(POLICY)
    outside = tuple(sorted({*whole.table.gold_labels[3:]}))
    assert_identical(found, replace(expected, outside=outside))


def test_parts_merge_in_pairs_as_in_a_row() -> None:
    whole = random_whole(90, n_groups=12, wanted=True)
    a, b, c, d = (p.statistics(POLICY) for p in whole.parts(np.arange(90) % 4, 4))
    assert_identical(merge(merge(a, b), merge(c, d)), merge(merge(merge(d, a), c), b))


def test_scores_printed_with_other_decimals_elsewhere_are_clipped_as_in_one_table() -> None:
    coarse = table([[1, 0, 0], [0, 1, 0], [0.5, 0.5, 0]], ["b", "b", "c"])
    fine = replace(table([[0.123456, 0.876544, 0]], ["a"]), ids=("f0",))
    both = table([*coarse.scores.tolist(), *fine.scores.tolist()], ["b", "b", "c", "a"])
    both = replace(both, ids=(*coarse.ids, *fine.ids))
    alone, found = (Whole(each, None).statistics(POLICY) for each in (coarse, both))
    assert_identical(merge(alone, Whole(fine, None).statistics(POLICY)), found)
    log_loss = next(each for each in found.metrics if each.name == "log_loss")
    told = -np.log([5e-7, 1 - 5e-7, 5e-7, 0.123456]).mean()
    assert log_loss.sums.mean.mean == pytest.approx(told, abs=1e-9)


def test_labels_that_one_part_alone_has_are_numbered_as_in_the_whole() -> None:
    first = table([[0.9, 0.1]] * 2, ["z", "a"], labels=("a", "b"))
    second = replace(table([[0.2, 0.8]] * 2, ["y", "b"], labels=("a", "b")), ids=("u0", "u1"))
    found = merge(*(Whole(each, None).statistics(POLICY) for each in (first, second)))
    assert found.outside == ("y", "z")
    gold = statistics.cells_of(2).column(found.cells.code, "gold")
    assert sorted(gold.tolist()) == [1, 2, 3, 4]


def test_a_group_is_one_wherever_its_tickets_lie() -> None:
    whole = random_whole(40, n_groups=3)
    parts = [part.statistics(POLICY) for part in whole.parts(np.arange(40) % 2, 2)]
    assert [each.cells.n_named for each in (*parts, merged(parts))] == [3, 3, 3]
    assert len(merged(parts).drawn.group) == 3


def test_parts_of_another_policy_or_set_are_refused() -> None:
    one = random_whole(5).table
    first = part_statistics(one, POLICY, seed=0)
    others = (
        part_statistics(one, Policy(threshold=0.7), seed=0),
        part_statistics(one, POLICY, seed=1),
        part_statistics(
            replace(one, provenance=replace(one.provenance, rubric_set="v2")), POLICY, seed=0
        ),
    )
    for other in others:
        with pytest.raises(InputError, match="not of one rubric set"):
            merge(first, other)


def test_partly_known_answers_and_repeats_are_refused() -> None:
    one = random_whole(3).table
    with pytest.raises(InputError, match="no more than the top score"):
        part_statistics(one.reduced("top score"), POLICY, seed=0)
    repeated = replace(one, repeats=tuple(Repeat("t", name) for name in "123"))
    with pytest.raises(InputError, match="asked more than once"):
        part_statistics(repeated, POLICY, seed=0)


def test_above_a_million_groups_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_GROUPS", 3)
    one = table([[0.9, 0.1, 0.0]] * 4, ["a"] * 4)
    part_statistics(one, POLICY, seed=0, groups=["p", "q", "r", None])
    with pytest.raises(InputError, match="more than 3 groups"):
        part_statistics(one, POLICY, seed=0, groups=["p", "q", "r", "s"])
    halves = (Whole(one, ["p", "q", None, None]), Whole(one, ["r", "s", None, None]))
    with pytest.raises(InputError, match="more than 3 groups"):
        merged([half.statistics(POLICY) for half in halves])

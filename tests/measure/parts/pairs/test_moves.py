"""The change of a mean in parts: that of single tickets, with any decimals in any part."""

from __future__ import annotations

from dataclasses import astuple, replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parted import assert_identical
from tables import table
from ticketbench.core.types import FloatArray, IntArray, ScoreTable
from ticketbench.measure.kinds import TicketMetric, registered
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import of_values
from ticketbench.measure.parts.keys import ALONE
from ticketbench.measure.parts.pairs.moves import Moves, mean_change, moves, moves_of_both

SCORES = (0.0, 1.0, 0.0, 1.0, 0.4, 0.03, 0.512, 0.9999, 0.123456789)
MEANS = [metric for metric in registered(TicketMetric) if not metric.share]


def sides(
    odds: list[tuple[float, float]], gold: list[str], group: IntArray
) -> tuple[ScoreTable, ScoreTable]:
    """Two tables of the same tickets from the score of the first label on either side."""
    found = [
        table([[s, round(1 - s, 9)] for s in side], gold, labels=("a", "b"))
        for side in zip(*odds, strict=True)
    ]
    numbers = np.where(group == ALONE, 100 + np.arange(len(group)), group)
    first, second = (replace(each, groups=numbers) for each in found)
    return first, second


@st.composite
def pairs(draw: st.DrawFn) -> tuple[tuple[ScoreTable, ScoreTable], IntArray]:
    score, gold = st.sampled_from(SCORES), st.sampled_from(["a", "b", "x", "__none__"])
    group = st.sampled_from([ALONE, ALONE, 7, 9, 11])
    rows = draw(st.lists(st.tuples(score, score, gold, group), min_size=1, max_size=30))
    keys = np.array([row[3] for row in rows], dtype=np.int64)
    return sides([row[:2] for row in rows], [row[2] for row in rows], keys), keys


def part(pair: tuple[ScoreTable, ScoreTable], rows: IntArray) -> tuple[ScoreTable, ScoreTable]:
    return pair[0].rows(rows), pair[1].rows(rows)


def of(metric: TicketMetric, side: ScoreTable) -> FloatArray:
    keep = side.truth >= 0 if metric.over == "labelled" else np.full(side.n_scored, True)
    return metric.values(side.scores[keep], side.truth[keep])


@settings(max_examples=30)
@given(pairs(), st.integers(1, 4), st.data())
def test_parts_with_other_decimals_say_what_single_tickets_do(
    case: tuple[tuple[ScoreTable, ScoreTable], IntArray], n: int, data: st.DataObject
) -> None:
    pair, keys = case
    of_row = np.array(
        data.draw(st.lists(st.integers(0, n - 1), min_size=len(keys), max_size=len(keys)))
    )
    cut = [np.flatnonzero(of_row == at) for at in data.draw(st.permutations(range(n)))]
    for metric in MEANS:
        found = reduce(moves_of_both, (moves(metric, *part(pair, at), keys[at]) for at in cut))
        assert_identical(found, moves(metric, *pair, keys))
        labelled = metric.over == "labelled"
        groups = pair[0].groups[pair[0].truth >= 0] if labelled else pair[0].groups
        width = metric.high - metric.low
        expected = of_values(*(of(metric, side) for side in pair), groups, width=width)
        own = mean_change(found, width=width)
        assert own[2].method == expected[2].method
        assert own[2].n_changed == expected[2].n_changed
        numbers = [(*each[:2], *astuple(each[2])[:7]) for each in (own, expected)]
        np.testing.assert_allclose(*numbers, rtol=1e-7, atol=3e-9, err_msg=metric.name)


def test_a_score_of_nothing_costs_what_the_finest_part_of_its_own_side_prints() -> None:
    log_loss = METRICS.get("log_loss")
    assert isinstance(log_loss, TicketMetric)
    coarse = sides([(0.0, 0.5), (0.5, 0.0), (0.0, 0.0)], ["a"] * 3, np.zeros(3, np.int64))
    fine = sides([(0.5, 0.1234)], ["a"], np.zeros(1, np.int64))
    found = moves_of_both(
        *(moves(log_loss, *each, np.zeros(each[0].n_scored, np.int64)) for each in (coarse, fine))
    )
    base, candidate, change = mean_change(found, width=np.inf)
    half, missed, missed_finely = np.log([2, 200, 20_000])
    assert base == pytest.approx((2 * missed + 2 * half) / 4, abs=1e-9)
    assert candidate == pytest.approx((half + 2 * missed_finely - np.log(0.1234)) / 4, abs=1e-9)
    by = [half - missed, missed_finely - half, missed_finely - missed, -np.log(0.1234) - half]
    assert change.variance == pytest.approx(np.var(by, ddof=1) / 4, abs=1e-9)
    assert change.n_changed == 4


def test_tickets_of_a_kind_take_no_room_of_their_own() -> None:
    log_loss = METRICS.get("log_loss")
    assert isinstance(log_loss, TicketMetric)
    pair = sides([(0.0, 1.0)] * 40, ["a", "b"] * 20, np.zeros(40, np.int64))
    found: Moves = moves(log_loss, *pair, np.zeros(40, np.int64))
    assert found.base.values.shape == (2, 14)
    assert found.base.kinds.times.tolist() == [20, 20]


def test_labels_in_another_order_move_nothing() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(7), 500)
    order = rng.permutation(7)
    names = tuple("abcdefg")
    first = table(scores.tolist(), ["a"] * 500, labels=names)
    second = table(scores[:, order].tolist(), ["a"] * 500, labels=[names[at] for at in order])
    brier = METRICS.get("brier_multiclass")
    assert isinstance(brier, TicketMetric)
    found = mean_change(moves(brier, first, second, np.zeros(500, np.int64)), width=2.0)[2]
    assert (found.n_changed, found.value) == (0, 0.0)

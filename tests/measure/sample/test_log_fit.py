from __future__ import annotations

import numpy as np
import pytest

from tables import random_table
from ticketbench.core.types import IntArray, ScoreTable
from ticketbench.measure.sample.log_fit import LogFit, log_fit


def of_mix(n: int, *, seed: int, more_of: int | None = None) -> ScoreTable:
    """Random tickets, those of one label kept four times as often."""
    of = random_table(n, seed=seed)
    kept = np.random.default_rng(seed).random(n) < np.where(of.truth == more_of, 1.0, 0.25)
    return of if more_of is None else of.rows(kept)


def fit(here: ScoreTable, there: ScoreTable, groups: IntArray | None = None) -> LogFit:
    routed = here.top_score >= 0.6
    return log_fit(here, routed, there.scores, there.groups if groups is None else groups)


def test_the_log_of_the_same_tickets_has_their_mix_and_numbers() -> None:
    of = random_table(800, seed=1)
    found = fit(of, of)
    assert found.shares[:4] == pytest.approx(np.bincount(of.truth) / 800, abs=1e-4)
    assert found.p == 1
    assert found.accuracy.value == pytest.approx(of.right.mean(), abs=1e-4)
    assert found.coverage.value == pytest.approx((of.top_score >= 0.6).mean(), abs=1e-4)
    right = of.right[of.top_score >= 0.6].mean()
    assert found.selective_precision.value == pytest.approx(right, abs=1e-4)


def test_another_mix_is_found_and_fits() -> None:
    here, there = of_mix(1500, seed=1), of_mix(6000, seed=2, more_of=3)
    found = fit(here, there)
    assert found.shares[:4] == pytest.approx(np.bincount(there.truth) / there.n_scored, abs=0.05)
    assert found.p > 0.1
    assert found.accuracy.low < there.right.mean() < found.accuracy.high


def test_scores_within_labels_that_differ_do_not_fit() -> None:
    here, there = random_table(1000, seed=1), random_table(1000, seed=2, sharpness=1.2)
    assert fit(here, there).p < 0.001


def test_answers_that_nothing_here_gives_do_not_fit() -> None:
    here = random_table(1000, seed=1)
    here = here.rows(here.top != 3)
    there = random_table(1000, seed=2)
    assert fit(here, there.rows(there.top == 3)).p < 0.001


def test_duplicates_that_are_known_as_such_change_little() -> None:
    here, there = random_table(900, seed=3), random_table(700, seed=4)
    twice = there.rows(np.repeat(np.arange(700), 2))
    one, both = fit(here, there), fit(here, twice)
    assert both.p == pytest.approx(one.p, abs=0.02)
    assert both.accuracy.low == pytest.approx(one.accuracy.low, abs=0.005)
    unknown = fit(here, twice, np.arange(1400))
    width = both.accuracy.high - both.accuracy.low
    assert unknown.accuracy.high - unknown.accuracy.low < width


def test_more_tickets_leave_less_open() -> None:
    widths = []
    for n in (400, 1600):
        found = fit(random_table(n, seed=5), random_table(n, seed=6))
        widths.append(found.accuracy.high - found.accuracy.low)
    assert widths[1] < 0.7 * widths[0]


def test_few_groups_leave_nothing_to_test() -> None:
    here, there = random_table(600, seed=1), random_table(600, seed=2)
    assert np.isnan(fit(here, there, np.arange(600) % 6).p)
    assert not fit(here, there, np.zeros(600, dtype=np.int64)).accuracy.defined


def test_where_nothing_is_routed_the_share_right_is_undefined() -> None:
    of = random_table(600, seed=1)
    found = log_fit(of, np.zeros(600, dtype=np.bool_), of.scores, of.groups)
    assert (found.coverage.value, found.coverage.low) == (0, 0)
    assert not found.selective_precision.defined


def test_answers_that_never_differ_leave_nothing_to_test() -> None:
    of = random_table(600, seed=1)
    same = log_fit(of, of.top_score >= 0.6, np.tile(of.scores[:1], (600, 1)), np.arange(600))
    assert same.p < 0.1
    alike = ScoreTable(of.labels, of.gold_labels, of.ids, of.truth, of.groups,
                       np.tile(of.scores[:1], (600, 1)), None, (), of.provenance)  # fmt: skip
    assert np.isnan(log_fit(alike, alike.top_score > 2, alike.scores, alike.groups).p)


@pytest.mark.parametrize("n", [0, 5])
def test_a_mix_needs_tickets_of_both_kinds(n: int) -> None:
    of, none = random_table(n, seed=1), random_table(5 - n, seed=1)
    with pytest.raises(ValueError, match="labelled tickets and a log"):
        fit(of, none)

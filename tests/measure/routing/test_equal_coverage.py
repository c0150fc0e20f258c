from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.types import ScoreTable
from ticketbench.edge.results.store import envelope, load
from ticketbench.measure.routing.equal_coverage import (
    COVERAGES,
    RISKS,
    EqualCoverage,
    equal_coverage,
)
from ticketbench.measure.routing.selective import expected_errors
from ticketbench.measure.statistics.intervals import wilson

SEARCH = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def ladder(wrong: set[int], n: int = 10) -> ScoreTable:
    """n tickets with falling top scores .95, .945 ...; those in `wrong` are errors."""
    tops = [0.95 - 0.005 * i for i in range(n)]
    rows = [[top, (1 - top) / 2, (1 - top) / 2] for top in tops]
    return table(rows, ["b" if i in wrong else "a" for i in range(n)])


def only(t: ScoreTable) -> EqualCoverage:
    (found,) = equal_coverage([t])
    return found


def rounded(t: ScoreTable) -> ScoreTable:
    return replace(t, scores=np.round(t.scores, 1))


def test_risks_by_hand() -> None:
    found = only(ladder({4, 9}))
    risks = [at.risk.value for at in found.at_coverage]
    assert risks == pytest.approx([1 / 5, 1 / 6, 1 / 7, 1 / 8, 1 / 9])
    assert [at.coverage for at in found.at_coverage] == list(COVERAGES)


def test_the_interval_of_a_risk_is_wilson_of_the_selected() -> None:
    risk = only(ladder({4, 9})).at_coverage[0].risk
    expected = wilson(1, 5)
    assert (risk.low, risk.high) == pytest.approx((expected.low, expected.high))
    assert (risk.n, risk.method) == (5, "Wilson")


def test_the_threshold_at_a_coverage_is_the_lowest_score_selected() -> None:
    assert only(ladder(set())).at_coverage[0].threshold == pytest.approx(0.95 - 0.005 * 4)


def test_coverage_at_a_risk_by_hand() -> None:
    # Every fifth is wrong: all four before are kept, and of the fifth as much as the risk allows.
    found = only(ladder({4, 9, 14}, n=15))
    assert [at.risk for at in found.at_risk] == list(RISKS)
    assert [at.coverage for at in found.at_risk] == pytest.approx(
        [(4 + 0.08 / 0.98) / 15, (4 + 0.2 / 0.95) / 15, (4 + 0.4 / 0.9) / 15]
    )


def test_one_error_among_sixty_keeps_to_every_risk() -> None:
    assert [at.coverage for at in only(ladder({4}, n=60)).at_risk] == [1.0, 1.0, 1.0]


def test_the_threshold_at_a_risk_keeps_to_it() -> None:
    t = random_table(200, seed=5, sharpness=4.0)
    for at in only(t).at_risk:
        chosen = t.top_score >= at.threshold
        assert (~t.right[chosen]).mean() <= at.risk


def test_a_risk_out_of_reach_has_no_coverage() -> None:
    found = only(ladder(set(range(10))))
    assert [at.coverage for at in found.at_risk] == [0.0, 0.0, 0.0]
    assert all(math.isnan(at.threshold) for at in found.at_risk)


@SEARCH
@given(st.integers(1, 12), st.integers(0, 1000))
def test_whole_coverages_agree_with_the_expected_errors(tens: int, seed: int) -> None:
    t = rounded(random_table(10 * tens, seed=seed))
    errors = expected_errors(t.top_score, t.right)
    for at in only(t).at_coverage:
        k = round(at.coverage * 10 * tens)
        assert at.risk.value == pytest.approx(errors[k - 1] / k)


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_no_larger_share_of_tickets_keeps_to_the_risk(n: int, seed: int) -> None:
    t = rounded(random_table(n, seed=seed))
    errors = expected_errors(t.top_score, t.right)
    k = np.arange(1, n + 1)
    for at in only(t).at_risk:
        most = int(k[errors <= at.risk * k + 1e-9].max(initial=0))
        assert most <= at.coverage * n + 1e-6 < most + 1


@SEARCH
@given(st.integers(1, 60), st.integers(0, 1000))
def test_file_order_never_changes_a_side(n: int, seed: int) -> None:
    t = rounded(random_table(n, seed=seed, n_groups=max(1, n // 2)))
    one, other = only(t), only(t.rows(np.random.default_rng(seed).permutation(n)))
    assert one.at_risk == other.at_risk
    for here, there in zip(one.at_coverage, other.at_coverage, strict=True):
        assert here.threshold == there.threshold
        expected = (there.risk.value, there.risk.low, there.risk.high)
        assert (here.risk.value, here.risk.low, here.risk.high) == pytest.approx(expected)


@pytest.mark.parametrize("ties", [False, True])
def test_copies_in_one_group_change_nothing(ties: bool) -> None:
    t = random_table(101, seed=3)
    t = rounded(t) if ties else t
    gold = [t.gold_labels[i] for i in t.truth]
    twice = table(
        t.scores.tolist() * 2, gold * 2, labels=t.labels, groups=[*range(101), *range(101)]
    )
    one, two = only(t), only(twice)
    for a, b in zip(one.at_coverage, two.at_coverage, strict=True):
        assert (a.risk.value, a.threshold) == (pytest.approx(b.risk.value), b.threshold)
        assert (a.risk.low, a.risk.high) == pytest.approx((b.risk.low, b.risk.high), abs=1e-9)
    assert [x.coverage for x in one.at_risk] == pytest.approx([x.coverage for x in two.at_risk])


def test_tickets_that_no_label_fits_are_errors() -> None:
    t = table([[0.9, 0.05, 0.05]] * 4, ["__none__", "a", "a", "a"])
    assert only(t).at_coverage[0].risk.value == 0.25


def test_sides_come_in_the_order_of_the_tables() -> None:
    one, other = random_table(50, seed=1), random_table(50, seed=2, rubric_set="v2")
    assert [side.rubric_set for side in equal_coverage([one, other])] == ["v1", "v2"]


def test_only_tickets_that_every_set_scored_count() -> None:
    one, other = random_table(50, seed=1), random_table(50, seed=2, rubric_set="v2")
    part = other.rows(np.arange(10, 50))
    left, right = equal_coverage([one, part])
    assert (left.n, left.unpaired, right.n, right.unpaired) == (40, 10, 40, 0)
    assert left.at_coverage == only(one.rows(np.arange(10, 50))).at_coverage


def test_tables_of_different_datasets_are_refused() -> None:
    one = table([[0.8, 0.1, 0.1]], ["a"])
    other = table([[0.8, 0.1, 0.1]], ["a"], dataset="e")
    with pytest.raises(InputError, match="different datasets"):
        equal_coverage([one, other])


def test_no_tables_have_no_sides() -> None:
    assert equal_coverage([]) == ()


def test_no_common_tickets_are_nan() -> None:
    one, other = random_table(10, seed=1), random_table(10, seed=2)
    sides = equal_coverage([one.rows(np.arange(5)), other.rows(np.arange(5, 10))])
    assert [(side.n, side.unpaired) for side in sides] == [(0, 5), (0, 5)]
    assert not any(at.risk.defined for at in sides[0].at_coverage)
    assert all(math.isnan(at.coverage) for at in sides[0].at_risk)


def test_one_ticket_is_enough() -> None:
    found = only(table([[0.8, 0.1, 0.1]], ["b"]))
    assert [at.risk.value for at in found.at_coverage] == [1.0] * 5


def test_groups_widen_the_interval() -> None:
    t = random_table(200, seed=3)
    gold = [t.gold_labels[i] for i in t.truth]
    same = table(t.scores.tolist(), gold, labels=t.labels, groups=(t.right * 100).tolist())
    alone, tied = only(t).at_coverage[2].risk, only(same).at_coverage[2].risk
    assert tied.value == alone.value
    assert tied.high - tied.low > alone.high - alone.low
    assert tied.method == "Wilson on the effective n"


def test_sides_survive_being_saved(tmp_path: Path) -> None:
    path = tmp_path / "sides.json"
    saved = only(random_table(50, seed=1))
    path.write_bytes(envelope("sides", saved))
    assert load(path, EqualCoverage) == saved

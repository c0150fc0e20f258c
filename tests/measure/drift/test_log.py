"""A log alone: counts, labels that score low, what to read."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from ticketbench.core.policy import Policy
from ticketbench.measure.drift.labels import label_scores, median_at_most
from ticketbench.measure.drift.log import MOST_TO_READ, UNKNOWN, Log, by_period, described


def log(
    top: Sequence[int],
    score: Sequence[float],
    *,
    period: Sequence[int] | None = None,
    ids: Sequence[str] | None = None,
    models: Sequence[str | None] | None = None,
    outcome: Sequence[int] | None = None,
    labels: tuple[str, ...] = ("a", "b"),
) -> Log:
    """Decisions with ids t0, t1 ... in one period of seven days; top -1 is a timeout."""
    n = len(top)
    of = list(period) if period is not None else [0] * n
    n_periods = max(of, default=-1) + 1
    return Log(
        labels=labels,
        ids=tuple(ids) if ids is not None else tuple(f"t{i}" for i in range(n)),
        top=np.array(top, dtype=np.int64),
        score=np.array(score, dtype=np.float64),
        outcome=np.array(outcome if outcome is not None else [UNKNOWN] * n, dtype=np.int64),
        reasons=tuple("endpoint_timeout" if one == UNKNOWN else "" for one in top),
        models=tuple(models) if models is not None else (None,) * n,
        period=np.array(of, dtype=np.int64),
        periods=tuple(f"2026-11-{2 + 7 * i:02}" for i in range(n_periods)),
        days=(7.0,) * n_periods,
    )


def test_every_decision_is_in_one_count() -> None:
    found = described(log([0, 1, -1, 0], [0.9, 0.4, math.nan, 0.7]), Policy()).whole
    assert (found.n, found.n_failed, found.spread.n) == (4, 1, 3)
    assert [(c.name, c.n) for c in found.failures] == [("endpoint_timeout", 1)]
    assert [spread.n for spread in found.by_label] == [2, 1]
    assert found.spread.median == 0.7


def test_models_are_counted_among_the_answers_the_commonest_first() -> None:
    found = described(
        log([0, 0, 0, -1], [0.9, 0.9, 0.9, math.nan], models=["m", None, "m", None]), Policy()
    )
    assert [(c.name, c.n) for c in found.whole.models] == [("m", 2), ("null", 1)]


def test_periods_come_in_order_of_time_and_a_decision_without_one_is_in_none() -> None:
    found = by_period(log([0, 0, 1], [0.9, 0.8, 0.7], period=[1, 0, UNKNOWN]))
    assert [(one.name, one.n) for one in found] == [("2026-11-02", 1), ("2026-11-09", 1)]


def test_the_bound_of_the_median_is_the_order_statistic_of_the_binomial_law() -> None:
    from scipy import stats

    for n in (5, 20, 50, 333):
        scores = np.arange(n, dtype=float)
        k = int(stats.binom.ppf(0.95, n, 0.5))
        assert median_at_most(np.random.default_rng(0).permutation(scores)) == k
    assert math.isnan(median_at_most(np.arange(4.0)))


@pytest.mark.parametrize(("n", "at", "low"), [(50, 0.5, True), (49, 0.5, False), (50, 0.7, False)])
def test_a_label_scores_low_when_fifty_decisions_say_so(n: int, at: float, low: bool) -> None:
    top = np.zeros(n, dtype=np.int64)
    (found, other) = label_scores(("a", "b"), top, np.full(n, at), Policy(threshold=0.6))
    assert found.low is low
    assert not other.low
    assert other.spread.n == 0


def test_a_threshold_of_its_own_is_what_a_label_is_held_against() -> None:
    policy = Policy(threshold=0.4, label_thresholds=(("a", 0.8),))
    found = label_scores(("a",), np.zeros(60, dtype=np.int64), np.full(60, 0.5), policy)
    assert found[0].low
    assert found[0].threshold == 0.8


def test_raw_scores_are_not_held_against_a_threshold_at_another_temperature() -> None:
    policy = Policy(threshold=0.6, temperature=2.0)
    assert not label_scores(("a",), np.zeros(60, dtype=np.int64), np.full(60, 0.2), policy)[0].low


def test_the_lowest_of_the_labels_that_score_low_are_to_be_read() -> None:
    top, score = [0] * 60 + [1] * 60, [0.2 + i / 1000 for i in range(60)] + [0.1] + [0.9] * 59
    found = described(log(top, score), Policy()).to_read
    assert [one.ticket_id for one in found] == ["t0", "t1", "t2", "t3", "t4"]
    assert {one.label for one in found} == {"a"}


def test_without_such_labels_the_lowest_of_all_are_to_be_read() -> None:
    score = [0.9] * 30
    score[7], score[3] = 0.3, 0.3
    found = described(log([0] * 30, score), Policy()).to_read
    assert [one.ticket_id for one in found][:2] == ["t3", "t7"]
    assert len(found) == MOST_TO_READ


def test_a_decision_without_an_id_cannot_be_read() -> None:
    found = described(log([0, 0], [0.2, 0.3], ids=["", "t1"]), Policy()).to_read
    assert [one.ticket_id for one in found] == ["t1"]


def test_an_empty_log_is_described_by_dashes() -> None:
    found = described(log([], []), Policy())
    assert found.whole.n == 0
    assert math.isnan(found.whole.spread.median)
    assert found.to_read == ()

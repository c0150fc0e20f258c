"""The drift rule: tests decide, a floor says what matters, several periods share one level."""

from __future__ import annotations

import math

import numpy as np
import pytest

from drift_laws import LAWS, weeks
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.drift.alarm import Period, drift
from ticketbench.measure.drift.reference import Reference, quantiles_of
from ticketbench.measure.statistics.holm import holm

MIX = (0.4, 0.3, 0.2, 0.1)


def reference(top: IntArray, score: FloatArray) -> Reference:
    counts = tuple(np.bincount(top, minlength=4).tolist())
    return Reference(len(top), tuple("abcd"), quantiles_of(score), counts, (), ())


def drawn(n: int, seed: int, mix: tuple[float, ...] = MIX, power: float = 1.0) -> Period:
    rng = np.random.default_rng(seed)
    return Period(rng.choice(4, n, p=mix).astype(np.int64), rng.beta(5, 2, n) ** power)


def known(n: int = 400) -> Reference:
    period = drawn(n, 99)
    return reference(period.top, period.score)


def test_a_week_like_the_evaluation_is_no_alarm() -> None:
    (found,) = drift(known(), [drawn(2000, 1)])
    assert not found.alarm
    assert (found.n_reference, found.n) == (400, 2000)


def test_less_sure_scores_are_an_alarm_about_scores() -> None:
    (found,) = drift(known(), [drawn(2000, 1, power=2.0)])
    assert found.of_scores
    assert not found.of_labels


def test_a_label_with_fifteen_points_more_is_named() -> None:
    (found,) = drift(known(), [drawn(2000, 1, mix=(0.33, 0.25, 0.17, 0.25))])
    assert found.of_labels
    assert found.moved == "d"
    assert found.moved_by == pytest.approx(0.15, abs=0.05)


def test_a_difference_too_small_to_matter_is_no_alarm_however_sure_it_is() -> None:
    (found,) = drift(known(20_000), [drawn(100_000, 1, power=1.1)])
    assert found.scores_p < 1e-6
    assert found.scores < 0.10
    assert not found.alarm


def test_every_test_of_every_period_shares_one_level() -> None:
    periods = [drawn(500, seed, mix=(0.33, 0.32, 0.22, 0.13)) for seed in range(4)]
    alone = [drift(known(), [period])[0] for period in periods]
    together = drift(known(), periods)
    assert all(b.labels_p >= a.labels_p for a, b in zip(alone, together, strict=True))
    assert [b.labels for b in alone] == [b.labels for b in together]
    worst = [max(one.labels_p, one.scores_p) for one in together]
    assert sum(p > max(a.labels_p, a.scores_p) for p, a in zip(worst, alone, strict=True)) >= 2


def test_a_period_of_49_decisions_is_not_tested_and_takes_no_part_in_the_level() -> None:
    few, many = drawn(49, 3), drawn(600, 4)
    first, second = drift(known(), [few, many])
    assert math.isnan(first.scores_p)
    assert not first.alarm
    assert (second.scores_p, second.labels_p) == holm(_raw(many))
    assert math.isnan(drift(known(), [few])[0].psi)


def _raw(period: Period) -> tuple[float, float]:
    from ticketbench.measure.drift.distance import label_distance, score_distance

    base = known()
    now = np.bincount(period.top, minlength=4).tolist()
    scores = score_distance(base.top_score_quantiles, base.n, period.score).p
    return scores, label_distance(base.top_labels, now).p


@pytest.mark.parametrize(
    ("n", "m", "weak"), [(199, 900, True), (400, 199, True), (200, 200, False)]
)
def test_under_200_on_either_side_is_weak(n: int, m: int, weak: bool) -> None:
    assert drift(known(n), [drawn(m, 5)])[0].weak is weak


def test_no_periods_are_no_drift() -> None:
    assert drift(known(), []) == ()


@pytest.mark.evidence
@pytest.mark.parametrize(("known", "most"), [(300, 0.07), (400, 0.07), (2000, 0.01)])
def test_unchanged_weeks_are_seldom_an_alarm(known: int, most: float) -> None:
    runs = 200
    found = weeks(7, known=known, n=2000, law=LAWS["unchanged"], runs=runs)
    alarms = sum(one.alarm for one in found)
    assert alarms / runs <= most + 2 * math.sqrt(most * (1 - most) / runs)


@pytest.mark.evidence
@pytest.mark.parametrize("law", ["T 1.5", "one label +15 points"])
def test_what_matters_is_found_with_400_labelled_tickets(law: str) -> None:
    found = weeks(8, known=400, n=2000, law=LAWS[law], runs=100)
    assert sum(one.alarm for one in found) >= 95

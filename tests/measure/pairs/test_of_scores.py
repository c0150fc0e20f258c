"""The change of a number made of scores, by the influence of each ticket."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tables import random_table
from ticketbench.core.types import FloatArray
from ticketbench.measure.calibration.ranking import augrc, augrc_influence, auroc, auroc_influence
from ticketbench.measure.pairs.change import NO_TICKETS, ONE_SIDED
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.of_scores import of_influences

Side = tuple[float, FloatArray]


def two_sides(n: int, *, seed: int = 0) -> list[tuple[FloatArray, FloatArray]]:
    """Top scores and which are right, of two sets that answer the same tickets."""
    base = random_table(n, seed=seed)
    noise = np.random.default_rng(seed + 1).normal(scale=0.5, size=base.scores.shape)
    powered = np.exp(1.2 * np.log(base.scores) + noise)
    other = powered / powered.sum(axis=1, keepdims=True)
    return [
        (scores.max(axis=1), scores.argmax(axis=1) == base.truth) for scores in (base.scores, other)
    ]


def test_of_a_mean_it_is_the_change_of_the_mean() -> None:
    rng = np.random.default_rng(0)
    first, second, groups = rng.random(80), rng.random(80), rng.integers(0, 30, 80)
    sides = [(float(v.mean()), v - v.mean()) for v in (first, second)]
    found, mean = of_influences(sides[0], sides[1], groups), of_means(first, second, groups)
    for name in ("value", "variance", "imagined", "df", "n", "n_changed"):
        assert getattr(found, name) == pytest.approx(getattr(mean, name)), name


@pytest.mark.parametrize(
    ("value", "influence"), [(augrc, augrc_influence), (auroc, auroc_influence)]
)
def test_the_spread_is_about_that_of_resampled_tickets(value: Any, influence: Any) -> None:
    sides = two_sides(300)
    found = of_influences(*((value(*s), influence(*s)) for s in sides), np.arange(300))
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(400):
        at = rng.integers(0, 300, 300)
        first, second = (value(score[at], right[at]) for score, right in sides)
        drawn.append(second - first)
    assert math.sqrt(found.variance) == pytest.approx(np.std(drawn), rel=0.12)


def test_chance_is_kept_as_it_is_given() -> None:
    each = np.array([0.1, -0.1, 0.2, -0.2])
    found = of_influences((0.5, each), (0.4, -each), np.arange(4), (0.01, 0.02))
    assert found.chance == (0.01, 0.02)
    assert found.value == pytest.approx(-0.1)


def test_sides_that_are_the_same_have_one_ticket_as_unit() -> None:
    each = np.array([0.3, -0.3, 0.1, -0.1])
    found = of_influences((0.5, each), (0.5, each), np.arange(4))
    assert (found.value, found.n_changed, found.imagined) == (0.0, 0, 1 / 4)


def test_where_one_side_is_undefined_there_is_no_change() -> None:
    nan = np.full(3, math.nan)
    found = of_influences((0.5, np.zeros(3)), (math.nan, nan), np.arange(3))
    assert (found.method, found.defined, found.n) == (ONE_SIDED, False, 3)


def test_no_tickets_have_no_change() -> None:
    nothing = np.zeros(0)
    found = of_influences((math.nan, nothing), (math.nan, nothing), np.zeros(0, dtype=np.int64))
    assert (found.method, found.n) == (NO_TICKETS, 0)

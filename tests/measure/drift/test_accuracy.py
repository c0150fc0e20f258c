"""Accuracy to expect under the mix of labels that a log suggests."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ticketbench.measure.drift.accuracy import expected_accuracy
from ticketbench.measure.drift.reference import Reference


def reference(*rows: tuple[int, ...]) -> Reference:
    labels = tuple("abc"[: len(rows[0])])
    top = tuple(int(n) for n in np.sum(rows, axis=0))
    return Reference(int(np.sum(rows)), labels, (), top, (), tuple(rows))


def test_the_mix_of_the_evaluation_gives_its_accuracy() -> None:
    found = expected_accuracy(reference((90, 10), (40, 160)), [130, 170], seed=0)
    assert found.value == pytest.approx(250 / 300, abs=1e-6)
    assert found.low < found.value < found.high
    assert found.n == 300


def test_more_of_the_easier_label_raises_it_by_its_recall() -> None:
    # 80 % a, 20 % b: 0.8 · 0.9 + 0.2 · 0.2 of the tickets come out as a.
    found = expected_accuracy(reference((90, 10), (40, 160)), [760, 240], seed=0)
    assert found.value == pytest.approx(0.8 * 0.9 + 0.2 * 0.8, abs=1e-6)


def test_tickets_that_no_label_fits_take_part_in_the_mix_and_not_in_the_accuracy() -> None:
    found = expected_accuracy(reference((90, 10), (10, 90), (50, 0)), [500, 300], seed=0)
    assert found.value == pytest.approx(0.9, abs=1e-6)


def test_a_label_that_was_always_right_is_no_certainty() -> None:
    found = expected_accuracy(reference((50, 0), (0, 50)), [50, 50], seed=0)
    assert found.value == 1.0
    assert 0.9 < found.low < 1.0
    assert found.high == 1.0


def test_the_same_seed_gives_the_same_interval() -> None:
    asked = reference((90, 10), (40, 160)), [400, 200]
    first, second = (expected_accuracy(*asked, seed=3) for _ in range(2))
    assert (first.low, first.high) == (second.low, second.high)


def test_a_label_nobody_had_in_the_evaluation_leaves_it_undefined() -> None:
    found = expected_accuracy(reference((50, 0), (0, 0)), [40, 10], seed=0)
    assert math.isnan(found.value)
    assert "no tickets of b" in found.method


def test_no_decisions_leave_it_undefined() -> None:
    assert math.isnan(expected_accuracy(reference((5, 0), (0, 5)), [0, 0], seed=0).value)


@pytest.mark.evidence
def test_the_interval_holds_the_accuracy_of_the_week_in_nine_of_ten() -> None:
    rng, held = np.random.default_rng(5), 0
    rates, mix = np.array([[0.9, 0.1], [0.25, 0.75]]), np.array([0.3, 0.7])
    truth = float(mix @ np.diag(rates))
    for seed in range(300):
        rows = [rng.multinomial(150, row) for row in rates]
        week = rng.multinomial(1000, mix @ rates)
        known = reference(*(tuple(map(int, row)) for row in rows))
        found = expected_accuracy(known, week.tolist(), seed=seed)
        held += found.low <= truth <= found.high
    assert held / 300 >= 0.9

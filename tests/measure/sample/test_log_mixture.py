from __future__ import annotations

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.types import ScoreTable
from ticketbench.measure.sample.log_mixture import Kinds, kinds_of, mixture

A, B = [0.9, 0.05, 0.05], [0.05, 0.9, 0.05]


@pytest.fixture
def small() -> ScoreTable:
    """Gold a: 8 of 10 right; gold b: 6 of 10; two tickets that fit no label."""
    scores = [A] * 8 + [B] * 2 + [B] * 6 + [A] * 4 + [A, B]
    return table(scores, ["a"] * 10 + ["b"] * 10 + ["__none__"] * 2)


def kinds(of: ScoreTable) -> Kinds:
    return kinds_of(of, of.top_score > 0.5, of.top, n_cells=2)


def test_kinds_count_tickets_by_label_cell_right_and_routed(small: ScoreTable) -> None:
    found = kinds(small)
    rows = zip(found.label, found.cell, found.right, found.fits, found.count, strict=True)
    assert sorted(map(tuple, rows)) == [
        (0, 0, True, True, 8),
        (0, 1, False, True, 2),
        (1, 0, False, True, 4),
        (1, 1, True, True, 6),
        (3, 0, False, False, 1),
        (3, 1, False, False, 1),
    ]
    assert found.per_label.tolist() == [10, 10, 0, 2]
    assert found.routed.all()


def test_means_by_label_and_what_lies_beyond(small: ScoreTable) -> None:
    found = kinds(small)
    right = found.right.astype(np.float64)
    assert found.label_means(right) == pytest.approx([0.8, 0.6, 0, 0])
    beyond = found.beyond_label(right)
    assert found.label_means(beyond) == pytest.approx([0] * 4)


def test_a_log_of_another_mix_is_explained_and_nothing_is_left(small: ScoreTable) -> None:
    # A quarter a and three of b: .25 * .8 + .75 * .4 = .5 of the answers are a.
    found = mixture(kinds(small.labelled()), np.array([0.5, 0.5]))
    assert found.shares[:2] == pytest.approx([0.25, 0.75], abs=1e-6)
    assert found.left == pytest.approx([0, 0], abs=1e-9)
    assert found.degrees == 0


def test_an_answer_that_no_label_gives_is_left_over(small: ScoreTable) -> None:
    of = small.labelled()
    three = kinds_of(of, of.top_score > 0.5, of.top, n_cells=3)
    found = mixture(three, np.array([0.4, 0.4, 0.2]))
    assert found.left[2] == pytest.approx(0.2)
    assert found.degrees == 1
    nowhere = mixture(three, np.array([0.0, 0.0, 1.0]))
    assert nowhere.shares[:2] == pytest.approx([0.5, 0.5])


def test_a_deviation_moves_the_shares_as_the_maximum_does() -> None:
    of = random_table(600, seed=3)
    found = kinds_of(of, of.top_score > 0.5, of.top, n_cells=4)
    base = mixture(found, np.full(4, 0.25))
    moved = np.array([0.252, 0.249, 0.2495, 0.2495])
    change = mixture(found, moved).shares - base.shares
    assert change == pytest.approx(base.to_shares @ (moved - 0.25), abs=1e-4)
    assert base.to_shares.sum(axis=0) == pytest.approx([0] * 4, abs=1e-9)

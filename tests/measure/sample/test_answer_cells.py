from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table
from ticketbench.measure.sample.answer_cells import answer_cells

SEARCH = settings(max_examples=30, deadline=None, derandomize=True, database=None)


def answers(top: int, scores: np.ndarray) -> np.ndarray:
    """Answers over two labels with these top scores."""
    found = np.stack([scores, 1 - scores], axis=1)
    return found if top == 0 else found[:, ::-1]


def test_a_label_often_on_top_has_three_cells_of_as_many_tickets() -> None:
    scores = np.vstack([answers(0, np.linspace(0.6, 0.9, 60)), answers(1, np.linspace(0.6, 1, 30))])
    cells = answer_cells(scores)
    assert cells.n == 5
    assert np.bincount(cells.of(scores)).tolist() == [20, 20, 20, 15, 15]


def test_labels_rarely_on_top_share_the_last_cell() -> None:
    scores = np.vstack([answers(0, np.full(14, 0.7)), answers(1, np.full(15, 0.7))])
    cells = answer_cells(scores)
    assert (cells.n, cells.of(scores).tolist()) == (2, [1] * 14 + [0] * 15)


def test_equal_scores_fall_into_one_cell() -> None:
    scores = answers(0, np.full(90, 0.8))
    assert len(np.unique(answer_cells(scores).of(scores))) == 1


def test_without_answers_all_others_fall_into_one_cell() -> None:
    cells = answer_cells(np.zeros((0, 3)))
    assert (cells.n, cells.of(np.eye(3)).tolist()) == (1, [0, 0, 0])


@SEARCH
@given(st.integers(0, 300), st.integers(0, 300), st.integers(2, 6), st.integers(0, 99))
def test_every_answer_has_a_cell_of_its_top_label(n: int, m: int, k: int, seed: int) -> None:
    here, there = random_table(n, k=k, seed=seed), random_table(m, k=k, seed=seed + 1)
    cells = answer_cells(here.scores)
    found = cells.of(there.scores)
    assert ((found >= 0) & (found < cells.n)).all()
    for label in range(k):
        own = set(found[there.top == label])
        others = set(found[there.top != label])
        rare = (here.top == label).sum() < 15
        assert own & others <= ({cells.n - 1} if rare else set())

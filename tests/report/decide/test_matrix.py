"""The matrix and the worst pairs count every ticket once, and shade no hue in another's steps."""

from __future__ import annotations

import re

import numpy as np
import pytest

from reports import improved, view
from tables import random_table, table
from ticketbench.measure.counts.confusion import routed_confusion
from ticketbench.report.decide.matrix import matrix, queue_counts, shade
from ticketbench.report.decide.worst_pairs import wrong_counts


@pytest.mark.parametrize("seed", range(3))
def test_the_matrix_is_that_of_the_results(seed: int) -> None:
    base = random_table(200, seed=seed)
    seen = view(base, improved(base, share=0.4))
    one = seen.sets[seen.use]
    known = routed_confusion(one.table, seen.policy.decide(one.table.scores, one.table.labels))
    assert queue_counts(seen, seen.use)[: len(known.rows)].tolist() == [*map(list, known.counts)]


def test_every_ticket_is_in_one_cell() -> None:
    seen = view(random_table(150))
    assert queue_counts(seen, 0).sum() == 150


def test_a_cell_has_the_hue_of_its_meaning_and_a_step_of_six() -> None:
    most = {"r": 12, "w": 6, "p": 1}
    assert shade("r", 12, most) == "r6"
    assert shade("r", 2, most) == "r1"
    assert shade("w", 1, most) == "w1"
    assert shade("w", 6, most) == "w6"
    assert shade("p", 0, most) == "p0"


def test_a_single_wrong_ticket_can_be_seen() -> None:
    scores = [[0.99, 0.005, 0.005]] * 80
    seen = view(table(scores, ["a"] * 79 + ["b"]))
    assert 'class="w6">1<' in matrix(seen)


def test_no_ticket_that_goes_out_wrong_is_said_so() -> None:
    seen = view(table([[0.99, 0.005, 0.005]] * 80, ["a"] * 80))
    assert "<span>None goes out wrong.</span>" in matrix(seen)


def test_many_labels_have_the_worst_pairs_first_and_the_matrix_in_a_fold() -> None:
    base = random_table(400, k=13, sharpness=3)
    seen = view(base)
    shown = matrix(seen)
    rows = re.findall(r'data-pair="(\d+),(\d+)"', shown)
    counts = wrong_counts(seen, 0, routed=False)
    sizes = [int(counts[int(i), int(j)]) for i, j in rows]
    assert len(rows) == 20
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == counts.max()
    assert shown.index('id="worst"') < shown.index('<details id="whole-matrix">')


def test_twelve_labels_still_have_a_matrix() -> None:
    assert 'id="worst"' not in matrix(view(random_table(300, k=12, sharpness=3)))


def test_what_goes_out_is_part_of_what_is_mixed_up() -> None:
    seen = view(random_table(300, k=13, sharpness=3))
    assert (wrong_counts(seen, 0) <= wrong_counts(seen, 0, routed=False)).all()
    assert np.diagonal(wrong_counts(seen, 0, routed=False)).sum() == 0

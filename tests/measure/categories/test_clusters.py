"""What is clustered: the lowest scores, by density, the same in every run."""

from __future__ import annotations

import numpy as np

from ticketbench.measure.categories.clusters import (
    clusters,
    lowest,
    smallest_cluster,
    word_vectors,
)


def test_the_lowest_scores_are_taken_in_their_order_ties_by_row() -> None:
    score = np.array([0.9, 0.2, 0.5, 0.2, 0.8])
    assert lowest(score).tolist() == [1, 3]
    assert lowest(np.full(10, 0.5)).tolist() == [0, 1, 2, 3]
    assert lowest(np.zeros(0)).tolist() == []


def test_a_cluster_has_8_to_15_tickets_at_least() -> None:
    assert [smallest_cluster(n) for n in (0, 400, 500, 5000)] == [8, 8, 10, 15]


def test_two_dense_groups_are_found_and_what_lies_between_is_noise() -> None:
    rng = np.random.default_rng(1)
    groups = np.concatenate([rng.normal(at, 0.02, (12 + 4 * i, 5)) for i, at in enumerate((1, -1))])
    groups[:, 1] = np.repeat([2.0, -1.0], [12, 16])
    found = clusters(np.concatenate([groups, rng.normal(0, 3, (10, 5))]))
    assert [np.flatnonzero(rows).tolist()[:12] for rows in found[:2]] == [
        list(range(12, 24)),
        list(range(12)),
    ]
    assert all(rows[:28].sum() in (0, 12, 16) for rows in found)


def test_fewer_than_two_clusters_would_need_are_none() -> None:
    assert clusters(np.zeros((15, 4))) == ()
    assert clusters(np.zeros((0, 4))) == ()


def test_word_vectors_are_of_content_words_in_two_texts() -> None:
    found = word_vectors(["the pool is cold", "a pool", "printer"])
    assert found.shape == (3, 1)
    assert found[:, 0].tolist() == [1, 1, 0]
    assert word_vectors(["one", "two"]).tolist() == [[0], [0]]

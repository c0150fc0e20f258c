"""What fewer labels would send out at an equal risk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.types import ScoreTable
from ticketbench.measure.rubrics.fewer_labels import FewerLabels, NoPath, fewer_labels
from ticketbench.measure.rubrics.joined import joined_table


def planted(n: int = 600, *, seed: int = 0, labels: str = "abcde") -> ScoreTable:
    """Labels that are easy to tell, but for the last two: those share their score at random."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(labels), n)
    scores = np.full((n, len(labels)), 0.1 / (len(labels) - 1))
    scores[np.arange(n), truth] = 0.9
    last = np.flatnonzero(truth >= len(labels) - 2)
    part = rng.uniform(0.2, 0.7, len(last))
    scores[last, -2:] = np.column_stack([part, 0.925 - part])
    return table(scores.tolist(), [labels[i] for i in truth], labels=tuple(labels))


def path(of: ScoreTable, *, seed: int = 0) -> FewerLabels:
    found = fewer_labels(of, min_precision=0.9, seed=seed)
    assert isinstance(found, FewerLabels)
    return found


def test_the_two_labels_that_cannot_be_told_apart_are_joined_first() -> None:
    found = path(planted())
    now, then = found.steps
    assert (now.joined, then.joined) == ((), ("d", "e"))
    assert then.labels == (("a",), ("b",), ("c",), ("d", "e"))
    assert then.routed.value > now.routed.value + 0.2
    assert then.right.value == then.accuracy.value == 1.0


def test_a_step_is_judged_on_the_half_that_nothing_was_chosen_on() -> None:
    of = planted()
    found = path(of)
    assert found.n_chosen + found.n_judged == 600
    assert all(one.routed.n == found.n_judged for one in found.steps)
    joined = joined_table(of, "d", "e", name="de")
    again = path(replace(joined, labels=joined.labels, gold_labels=joined.gold_labels))
    assert again.steps[0].routed == found.steps[1].routed
    assert again.steps[0].threshold == found.steps[1].threshold


def test_groups_stay_on_one_side() -> None:
    of = replace(planted(), groups=np.repeat(np.arange(60), 10))
    found = path(of)
    assert found.n_chosen % 10 == found.n_judged % 10 == 0


def test_the_same_seed_gives_the_same_path_and_another_one_other_halves() -> None:
    of = random_table(300, k=6)
    assert path(of) == path(of)
    assert path(of) != path(of, seed=1)


@pytest.mark.parametrize(("k", "sizes"), [(7, [7, 6, 5, 4]), (4, [4, 3, 2]), (3, [3, 2])])
def test_a_path_ends_at_four_labels_or_at_two(k: int, sizes: list[int]) -> None:
    assert [len(one.labels) for one in path(random_table(200, k=k)).steps] == sizes


def test_where_no_threshold_reaches_the_target_nothing_goes_out() -> None:
    noise = replace(random_table(400, k=5), truth=np.random.default_rng(1).integers(0, 5, 400))
    first = path(noise).steps[0]
    assert np.isnan(first.threshold)
    assert first.routed.value == 0.0
    assert not first.right.defined


def test_gold_none_goes_out_wrong_and_is_in_no_accuracy() -> None:
    of = planted()
    truth = of.truth.copy()
    truth[::10] = -1
    first = path(replace(of, truth=truth)).steps[0]
    assert first.accuracy.n < first.routed.n
    assert first.right.value < path(of).steps[0].right.value


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (random_table(98, k=5), "98 tickets are too few"),
        (
            replace(random_table(400, k=5), groups=np.zeros(400, dtype=np.int64)),
            "groups stay whole, which leaves 0 of 400 tickets in a half",
        ),
        (random_table(200, k=2), "2 labels cannot become fewer"),
        (random_table(2_000, k=90), "90 labels have too many pairs"),
    ],
)
def test_why_there_is_no_path(of: ScoreTable, why: str) -> None:
    found = fewer_labels(of, min_precision=0.9, seed=0)
    assert isinstance(found, NoPath)
    assert found.why.startswith(why)

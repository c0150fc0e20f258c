"""What is kept of an evaluation for a later log."""

from __future__ import annotations

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.measure.drift.reference import N_QUANTILES, quantiles_of, reference_of

ROWS = ([0.8, 0.1, 0.1], [0.4, 0.35, 0.25], [0.5, 0.3, 0.2], [0.2, 0.2, 0.6])


def test_every_ticket_is_counted_once_in_each_of_the_counts() -> None:
    found = reference_of(table(ROWS, ["a", "b", NONE_LABEL, "c"]), Policy())
    assert (found.n, found.labels) == (4, ("a", "b", "c"))
    assert found.top_labels == (3, 0, 1)
    assert found.outcomes == (2, 1, 1)
    assert found.confusion == ((1, 0, 0), (1, 0, 0), (0, 0, 1), (1, 0, 0))


def test_a_label_that_the_rubrics_lack_is_none_of_theirs() -> None:
    found = reference_of(table(ROWS, ["a", "zebra", NONE_LABEL, "c"]), Policy())
    assert found.confusion == ((1, 0, 0), (0, 0, 0), (0, 0, 1), (2, 0, 0))


def test_without_such_tickets_there_is_no_row_for_them() -> None:
    assert len(reference_of(table(ROWS, ["a", "b", "c", "c"]), Policy()).confusion) == 3


def test_no_scored_ticket_leaves_counts_of_zero() -> None:
    found = reference_of(table([], []), Policy())
    assert (found.n, found.top_score_quantiles, found.outcomes) == (0, (), (0, 0, 0))


@pytest.mark.parametrize("n", [50, 300])
def test_the_quantiles_hold_the_raw_scores_whatever_the_temperature(n: int) -> None:
    scores = random_table(n)
    found = reference_of(scores, Policy(temperature=2.0)).top_score_quantiles
    assert len(found) == N_QUANTILES
    assert (found[0], found[-1]) == (scores.top_score.min(), scores.top_score.max())
    assert found[50] == pytest.approx(np.median(scores.top_score))
    assert list(found) == sorted(found)
    assert found == quantiles_of(scores.top_score)

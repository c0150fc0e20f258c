from __future__ import annotations

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.measure.counts.confusion import top_label_confusion
from ticketbench.measure.production.profile import profile


def test_counts_are_those_of_a_hand_made_table() -> None:
    rows = [[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.2, 0.7, 0.1], [0.4, 0.3, 0.3]]
    found = profile(table(rows, ["a", "c", "b", "a"]), Policy(0.6, 0.35))
    assert found.n == 4
    assert found.top_labels == {"a": 2, "b": 2, "c": 0}
    assert found.outcomes == {"route": 2, "review": 1, "escalate": 1}
    assert found.confusion == ((2, 0, 0), (0, 1, 0), (0, 1, 0))
    assert (found.top_score_quantiles[0], found.top_score_quantiles[100]) == (0.4, 0.7)
    assert found.top_score_quantiles[50] == 0.6


def test_a_gold_label_that_the_set_lacks_is_one_that_none_of_it_fits() -> None:
    rows = [[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.1, 0.5, 0.4]]
    found = profile(table(rows, ["a", "__none__", "zebra"]), Policy())
    assert found.confusion == ((1, 0, 0), (0, 0, 0), (0, 0, 0), (0, 2, 0))


def test_every_count_sums_to_the_tickets_and_is_that_of_the_run() -> None:
    t = random_table(200, seed=3)
    found = profile(t, Policy(0.5, 0.3))
    for counts in (found.top_labels.values(), found.outcomes.values(), map(sum, found.confusion)):
        assert sum(counts) == found.n == 200
    shown = top_label_confusion(t).counts
    assert [list(row) for row in found.confusion] == [list(row) for row in shown]


def test_quantiles_rise_and_tell_the_scores_within_a_hundredth() -> None:
    t = random_table(1000, seed=4)
    found = np.array(profile(t, Policy()).top_score_quantiles)
    assert len(found) == 101
    assert np.all(np.diff(found) >= 0)
    raw = np.sort(t.top_score)
    told = np.interp(raw, found, np.linspace(0, 1, 101))
    assert np.max(np.abs(told - (np.arange(1000) + 0.5) / 1000)) < 0.01


def test_without_tickets_there_is_no_profile() -> None:
    with pytest.raises(ValueError, match="without tickets"):
        profile(random_table(5, seed=1).rows(np.zeros(5, dtype=np.bool_)), Policy())

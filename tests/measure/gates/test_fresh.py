"""A release on fresh tickets: what it is judged on, and what decides."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ticketbench.measure.gates.judge import fresh_gate
from ticketbench.measure.gates.results import OnFresh
from ticketbench.measure.labelled.log import LabelledLog


def log(n: int, labels: list[float], unlabelled: int = 0) -> LabelledLog:
    """n tickets, of which the first differ: those with these labels, then some without."""
    gains = np.zeros(n)
    gains[: len(labels)] = labels
    gains[len(labels) : len(labels) + unlabelled] = math.nan
    differs = np.arange(n) < len(labels) + unlabelled
    return LabelledLog(gains, differs, np.arange(n), 1.0)


def judged(of: LabelledLog, budget: float = 0.05) -> OnFresh:
    return fresh_gate("v2", of, against="v1", budget=budget, planned=5, look=1, noted=False)


def test_it_is_open_until_the_last_label_that_it_asks_for_and_later_ones_change_nothing() -> None:
    good = [1.0, -1.0, 0.0, 1.0] * 100
    asked = judged(log(6_000, good, 200)).n_wanted
    assert 30 < asked < 400
    before = judged(log(6_000, good[: asked - 1], 601 - asked))
    assert (before.outcome, before.n_labelled) == ("inconclusive", asked - 1)
    assert math.isnan(before.change.value)
    assert math.isnan(before.loss_left)
    then = judged(log(6_000, good[:asked], 600 - asked))
    assert then.outcome == "pass"
    assert judged(log(6_000, good[:asked] + [-1.0] * (600 - asked))) == then


@pytest.mark.parametrize(("n", "outcome"), [(82, "fail"), (83, "pass")])
def test_a_release_without_any_other_answer_ships_where_a_loss_that_was_not_seen_is_excluded(
    n: int, outcome: str
) -> None:
    found = judged(log(n, []))
    assert (found.outcome, found.n_wanted, found.change.value) == (outcome, 0, 0.0)


def test_where_all_tickets_come_from_one_customer_nothing_ships_and_it_says_why() -> None:
    one = replace(log(900, [1.0] * 90), groups=np.zeros(900, dtype=np.int64))
    found = judged(one)
    assert found.outcome == "fail"
    assert math.isnan(found.loss_left)
    assert found.change.method

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.routing.escalation import (
    Escalation,
    judge_escalation,
)

SEARCH = settings(max_examples=50, deadline=None, derandomize=True)

# escalated and needs two, escalated but needs one, not escalated but needs two, neither
ROWS = [[0.5, 0.4, 0.1], [0.4, 0.5, 0.1], [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]
GOLD = ["a", "b", "a", "b"]
WANTED = [["a", "b"], ["b"], ["a", "c"], ["b"]]


def judged(t: ScoreTable, policy: Policy | None = None) -> Escalation:
    found = judge_escalation(t, (policy or Policy()).decide(t.scores, t.labels))
    assert found is not None
    return found


def test_escalation_is_not_judged_without_all_labels() -> None:
    t = table(ROWS, GOLD)
    assert judge_escalation(t, Policy().decide(t.scores, t.labels)) is None


def test_the_queue_is_the_number_of_escalated_tickets() -> None:
    assert judged(table(ROWS, GOLD, wanted=WANTED)).queue == 2


def test_needed_are_the_tickets_that_two_or_more_labels_fit() -> None:
    assert judged(table(ROWS, GOLD, wanted=WANTED)).needed == 2


def test_precision_is_over_the_escalated_tickets() -> None:
    precision = judged(table(ROWS, GOLD, wanted=WANTED)).precision
    assert (precision.value, precision.n) == (0.5, 2)


def test_recall_is_over_the_tickets_that_need_two_labels() -> None:
    recall = judged(table(ROWS, GOLD, wanted=[["a", "b"], ["a", "b"], ["a", "c"], ["b"]])).recall
    assert (recall.value, recall.n) == (2 / 3, 3)


def test_a_fitting_label_that_the_set_lacks_still_counts() -> None:
    t = table(ROWS, ["a", "b", "a", "zebra"], wanted=[["a"], ["b"], ["a", "zebra"], ["zebra"]])
    assert judged(t).needed == 1


def test_an_empty_queue_has_no_precision() -> None:
    found = judged(table(ROWS, GOLD, wanted=WANTED), Policy(escalate_above=1.0))
    assert (found.queue, found.precision.defined, found.recall.value) == (0, False, 0.0)


def test_recall_is_undefined_when_no_ticket_needs_two_labels() -> None:
    found = judged(table(ROWS, GOLD, wanted=[[label] for label in GOLD]))
    assert (found.needed, found.recall.defined, found.precision.value) == (0, False, 0.0)


@SEARCH
@given(st.integers(1, 40), st.integers(0, 1000), st.sampled_from([0.1, 0.2, 0.3, 0.4]))
@pytest.mark.parametrize("needs", [["l0"], ["l0", "l1"]])
def test_both_shares_count_the_same_tickets(
    needs: list[str], n: int, seed: int, limit: float
) -> None:
    drawn = random_table(n, seed=seed)
    wanted = [needs if i % 2 else ["l0", "l3"] for i in range(n)]
    gold = [drawn.labels[i] for i in drawn.truth]
    t = table(drawn.scores.tolist(), gold, labels=drawn.labels, wanted=wanted)
    found = judged(t, Policy(escalate_above=limit))
    by_queue = found.precision.value * found.queue if found.queue else 0
    assert by_queue == pytest.approx(found.recall.value * found.needed)

"""What the gates of a config can see, from stored answers or before there are any."""

from __future__ import annotations

from pathlib import Path

import pytest

from gated_project import GATED, blessed, with_gates
from ticketbench.core.errors import InputError
from ticketbench.flow.gates.judge import gate
from ticketbench.flow.gates.plan import plan_gates
from turned_project import turned

ACCURACY = "{metric: accuracy, on: v2, not_worse_than: v1}"
RECALL = "{metric: recall, label: billing, on: v2, not_worse_than: v1, margin: 0.05}"


def test_before_there_are_answers_an_eighth_of_the_groups_is_assumed(project: Path) -> None:
    turned(ACCURACY, RECALL, n=200, n_groups=40)
    first, second = plan_gates(Path("turned.yaml")).gates
    assert (first.n, first.n_groups, first.n_changed, first.answered) == (200, 40, 5, False)
    assert (first.primary, second.primary, second.metric.label) == (True, False, "billing")
    assert [one.loss for one in second.chances] == pytest.approx([0, 0.05, 0.1, 0.15])
    assert not (project / "turned.sqlite").exists()


def test_with_both_sides_answered_it_goes_by_what_they_change(project: Path) -> None:
    path = turned(ACCURACY, n=120, lost=6, gained=6, n_groups=40)
    before = plan_gates(path).gates[0]
    gate(path, mode="auto")
    (found,) = plan_gates(path).gates
    assert (found.n, found.n_groups, found.n_changed, found.answered) == (120, 40, 12, True)
    assert found.chances[0].green > before.chances[0].green


def test_the_rule_in_force_is_that_of_the_config_unless_told_otherwise(project: Path) -> None:
    path = turned(ACCURACY, n=200, more="undecided: fail\n")
    strict, told = plan_gates(path), plan_gates(path, undecided="pass")
    assert (strict.undecided, told.undecided) == ("fail", "pass")
    assert strict.gates[0].chances[0].green < told.gates[0].chances[0].green


def test_answers_that_do_not_differ_tell_nothing_of_the_next_candidate(answered: Path) -> None:
    with_gates("{metric: accuracy, on: v2, not_worse_than: baseline}")
    blessed("v2")
    (found,) = plan_gates(GATED).gates
    assert (found.against, found.answered, found.n) == ("baseline", False, 6)
    blessed("v1")
    (found,) = plan_gates(GATED).gates
    assert (found.answered, found.n_changed) == (True, 5)


def test_what_is_no_share_has_to_be_answered_first(project: Path) -> None:
    with_gates("{metric: cost, on: v2, not_worse_than: v1, margin: 0.1}", baseline=None)
    (found,) = plan_gates(GATED).gates
    assert (found.chances, found.n) == ((), 7)
    assert "both sides have to be answered first" in found.reason


def test_a_config_without_gates_or_baseline_is_refused_as_the_gate_does(answered: Path) -> None:
    with pytest.raises(InputError, match="has no gates"):
        plan_gates(Path("eval.yaml"))
    with_gates("{metric: accuracy, on: v2, not_worse_than: baseline}")
    with pytest.raises(InputError, match="there is no baseline"):
        plan_gates(GATED)


def test_a_gate_that_is_skipped_sees_no_loss(project: Path) -> None:
    skipped = ACCURACY.replace("}", ", min_tickets: 201}")
    path = turned(skipped, ACCURACY, n=200, lost=20, gained=6)
    for _ in ("before", "after"):
        first, second = plan_gates(path).gates
        assert (first.chances, first.n, first.answered) == ((), 200, second.answered)
        assert first.reason == "it is skipped: 200 of the 201 tickets it needs"
        assert second.chances
        judged = gate(path, mode="auto").report.results
        assert [one.outcome for one in judged] == ["skipped", "fail"]


def test_nothing_is_told_of_a_loss_of_more_than_there_is(project: Path) -> None:
    path = turned(ACCURACY.replace("}", ", margin: 0.4}"), n=200)
    (found,) = plan_gates(path).gates
    assert [one.loss for one in found.chances] == pytest.approx([0, 0.4, 0.8])

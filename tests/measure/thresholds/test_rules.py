from __future__ import annotations

from collections.abc import Iterator

import pytest

from scored_tickets import asked
from ticketbench.core.policy import Costs, Policy
from ticketbench.measure.thresholds.rules import RULES, Asked, Choice, rules, threshold_rule
from ticketbench.measure.thresholds.tickets import Tickets

SHOWN = ["certified", "cost_optimal", "certified_by_label", "capacity", "descriptive"]


@pytest.fixture
def registry() -> Iterator[None]:
    rules()
    before = dict(RULES._entries)
    yield
    RULES._entries.clear()
    RULES._entries.update(before)


def nothing(tickets: Tickets, asked: Asked) -> Choice | None:
    return None


def test_rules_are_shown_by_their_order() -> None:
    assert [rule.name for rule in rules()] == SHOWN
    orders = [rule.order for rule in rules()]
    assert orders == sorted(set(orders))


@pytest.mark.usefixtures("registry")
def test_a_new_rule_takes_its_place() -> None:
    assert threshold_rule("second", order=15)(nothing) is nothing
    threshold_rule("another", order=15)(nothing)
    assert [rule.name for rule in rules()] == [SHOWN[0], "another", "second", *SHOWN[1:]]


@pytest.mark.usefixtures("registry")
def test_two_rules_of_one_name_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="'capacity' is registered twice"):
        threshold_rule("capacity", order=99)(nothing)


@pytest.mark.parametrize(("target", "risk"), [(0.95, 0.05), (0.9, 0.1), (0.8, 0.2), (0.99, 0.01)])
def test_the_risk_is_what_the_target_leaves_to_the_digit(target: float, risk: float) -> None:
    assert asked(min_precision=target).risk == risk


@pytest.mark.parametrize(
    ("confidence", "promises", "delta"),
    [(0.9, 1, 0.1), (0.9, 2, 0.05), (0.95, 1, 0.05), (0.9, 8, 0.0125), (0.9, 0, 0.1)],
)
def test_promises_share_what_may_go_wrong(confidence: float, promises: int, delta: float) -> None:
    assert asked(confidence=confidence, promises=promises).delta == delta


def test_a_promise_is_made_without_escalation_unless_a_missed_one_has_a_price() -> None:
    base = Policy(escalate_above=0.35)
    assert asked(base).certified_limit == 1.0
    assert asked(base, costs=Costs(missed=0.0)).certified_limit == 0.35

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from scored_tickets import OFF, asked, drawn, tickets
from tables import random_table, table
from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.edge.results.store import envelope, load
from ticketbench.measure.thresholds.certificate import certificate
from ticketbench.measure.thresholds.promise import certified
from ticketbench.measure.thresholds.promise_by_label import certified_by_label
from ticketbench.measure.thresholds.rules import Asked, Choice, LabelThreshold
from ticketbench.measure.thresholds.tickets import Tickets

LABELS = ("a", "b", "c", "d")


def four(n: int = 800, *, rare: int = 30) -> Tickets:
    """Three labels that lead often, of which one is hardly right, and one that leads seldom."""
    score, _ = drawn(n, seed=6)
    top = np.concatenate([np.arange(n - rare) % 3, np.full(rare, 3)])
    luck = np.random.default_rng(8).random(n)
    return tickets(score, np.where(top == 2, luck < 0.5, score > 0.05), top=top, labels=LABELS)


FOUR = four()


def choose(of: Tickets, ask: Asked | None = None) -> Choice:
    found = certified_by_label(of, ask or asked())
    assert found is not None
    return found


def named(choice: Choice) -> dict[str, LabelThreshold]:
    return {one.label: one for one in choice.labels}


def test_each_label_has_the_certificate_of_its_tickets_at_its_part_of_delta() -> None:
    for ask, delta in ((asked(), 0.1 / 4), (asked(promises=2), 0.1 / 8)):
        found = choose(FOUR, ask)
        assert [one.label for one in found.labels] == list(LABELS)
        for at, one in enumerate(found.labels):
            own = FOUR.rows(FOUR.top == at)
            expected = certificate(own, escalate_above=1.0, risk=0.1, delta=delta, seed=0)
            assert one.certificate == expected
            assert one.promise == (expected.outlook == "certified")


def test_the_policy_lists_the_labels_with_a_promise() -> None:
    found = choose(FOUR)
    promised = {one.label for one in found.labels if one.promise}
    assert promised == {"a", "b"}
    assert dict(found.policy.label_thresholds) == {
        label: named(found)[label].threshold for label in promised
    }


def test_a_label_without_a_promise_inherits_the_threshold_for_all() -> None:
    ask = asked(min_precision=0.8)
    found, whole = choose(FOUR, ask), certified(FOUR, ask)
    assert whole is not None
    assert whole.certificate is not None
    assert found.certificate == whole.certificate
    assert found.policy == replace(whole.policy, label_thresholds=found.policy.label_thresholds)
    assert whole.certificate.outlook == "certified"
    assert [one.label for one in found.labels if not one.promise] == ["c"]
    assert named(found)["c"].threshold == whole.certificate.threshold


def test_where_there_is_none_for_all_it_routes_nothing() -> None:
    score, right = drawn(300, wrong=0.02, seed=6)
    top = np.arange(300) % 2
    of = tickets(score, right & (top == 0), top=top)
    found = choose(of)
    assert found.certificate is not None
    assert found.certificate.outlook != "certified"
    assert [one.promise for one in found.labels] == [True, False]
    assert math.isnan(named(found)["b"].threshold)
    routed = of.decided(found.policy).outcome == ROUTE
    assert routed.any()
    assert not routed[top == 1].any()


def test_nothing_certified_routes_nothing() -> None:
    of = four(20, rare=2)
    found = choose(of)
    assert found.policy.label_thresholds == ()
    assert found.policy.threshold == math.inf


def test_where_nothing_is_promised_there_is_no_choice() -> None:
    assert certified_by_label(FOUR, asked(promises=0)) is None


def test_escalation_is_that_of_the_promise_for_all() -> None:
    of = tickets(FOUR.score, FOUR.right, top=FOUR.top, labels=LABELS,
                 second=np.where(np.arange(800) % 4 == 0, 0.4, 0.1))  # fmt: skip
    base = Policy(escalate_above=0.3)
    for costs, limit in ((Costs(), 1.0), (Costs(missed=2), 0.3)):
        found = choose(of, asked(base, costs=costs))
        assert {one.certificate.escalate_above for one in found.labels} == {limit}
        assert found.policy.escalate_above == limit


def test_the_order_of_labels_changes_no_threshold() -> None:
    t = random_table(300, k=3, seed=4, sharpness=4.0)
    order = [2, 0, 1]
    gold = [t.gold_labels[i] for i in t.truth]
    moved = table(t.scores[:, order].tolist(), gold, labels=[t.labels[i] for i in order])
    one, other = (choose(Tickets.of(x, OFF), asked(min_precision=0.8)) for x in (t, moved))
    assert list(named(other)) == [t.labels[i] for i in order]
    assert named(one) == {label: named(other)[label] for label in named(one)}
    assert any(found.promise for found in one.labels)


def test_copies_in_one_group_change_nothing() -> None:
    doubled = FOUR.rows(np.repeat(np.arange(FOUR.n), 2))
    assert choose(FOUR).labels == choose(doubled).labels


def test_a_label_that_never_leads_has_no_tickets() -> None:
    of = tickets(*drawn(200, wrong=0.05, seed=1), labels=("a", "b"))
    found = named(choose(of))
    assert found["b"].certificate.outlook == "no tickets"
    assert not found["b"].promise


def test_thresholds_of_labels_survive_being_saved(tmp_path: Path) -> None:
    for saved in choose(FOUR).labels:
        path = tmp_path / "label.json"
        path.write_bytes(envelope("label", saved))
        assert load(path, LabelThreshold) == saved

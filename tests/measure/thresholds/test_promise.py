from __future__ import annotations

import math

import numpy as np
import pytest

from scored_tickets import OFF, asked, blocks, drawn, tickets
from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.measure.thresholds.certificate import certificate
from ticketbench.measure.thresholds.promise import certified, promised_policy
from ticketbench.measure.thresholds.tickets import Tickets

T500 = tickets(*drawn(500, wrong=0.1, seed=3))


def test_it_is_the_threshold_of_the_certificate_for_what_is_asked() -> None:
    found = certified(T500, asked(min_precision=0.85, confidence=0.8, seed=4))
    expected = certificate(T500, escalate_above=1.0, risk=0.15, delta=0.2, seed=4)
    assert found is not None
    assert (found.certificate, found.policy.threshold) == (expected, expected.threshold)
    assert (found.target, found.labels) == (0.85, ())
    assert "85% right" in found.title
    assert "80% confidence" in found.title


def test_it_routes_the_tickets_that_were_tested() -> None:
    found = certified(T500, asked())
    assert found is not None
    assert found.certificate is not None
    routed = T500.decided(found.policy).outcome == ROUTE
    tested = found.certificate.tested
    assert tested is not None
    assert (routed.sum(), (routed & ~T500.right).sum()) == (tested.selected, tested.errors)


def test_where_nothing_is_promised_there_is_no_choice() -> None:
    assert certified(T500, asked(promises=0)) is None


@pytest.mark.parametrize("promises", [1, 2, 8])
def test_several_promises_share_what_may_go_wrong(promises: int) -> None:
    found = certified(T500, asked(promises=promises))
    expected = certificate(T500, escalate_above=1.0, risk=0.1, delta=0.1 / promises, seed=0)
    assert found is not None
    assert found.certificate == expected


def test_more_promises_never_lower_the_threshold() -> None:
    found = [certified(T500, asked(promises=k)) for k in (1, 2, 4, 8)]
    thresholds = [one.policy.threshold for one in found if one]
    assert len(thresholds) == 4
    assert thresholds == sorted(thresholds)


def test_nothing_certified_routes_nothing() -> None:
    found = certified(blocks((0.9, 20, 0)), asked())
    assert found is not None
    assert found.certificate is not None
    assert found.certificate.outlook == "too few"
    assert found.policy.threshold == math.inf


def with_second() -> Tickets:
    second = np.where(np.arange(500) % 5 == 0, 0.4, 0.1)
    return tickets(T500.score, T500.right, second=second)


def test_escalation_is_off_unless_a_missed_one_has_a_price() -> None:
    base = Policy(0.6, 0.3, 2.0, (("a", 0.9),), "second_line")
    for costs, limit, n in ((Costs(), 1.0, 500), (Costs(missed=1), 0.3, 400)):
        found = certified(with_second(), asked(base, costs=costs))
        assert found is not None
        assert found.certificate is not None
        assert (found.certificate.escalate_above, found.certificate.n) == (limit, n)
        assert found.policy.escalate_above == limit
        assert (found.policy.temperature, found.policy.fallback) == (2.0, "second_line")
        assert found.policy.label_thresholds == ()


def test_the_promised_policy_is_the_base_at_the_certificate() -> None:
    found = certificate(T500, escalate_above=1.0, risk=0.1, delta=0.1, seed=0)
    policy = promised_policy(Policy(0.2, 0.3, 1.5), found)
    assert policy == Policy(found.threshold, 1.0, 1.5)
    none = certificate(T500, escalate_above=1.0, risk=0.0, delta=0.1, seed=0)
    assert promised_policy(OFF, none).threshold == math.inf

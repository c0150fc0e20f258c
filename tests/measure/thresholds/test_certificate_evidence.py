"""A certified threshold on fresh tickets, of the laws of benchmarks/simulate_thresholds.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

from threshold_laws import Law, customers, flat, independent
from ticketbench.measure.thresholds.certificate import certificate

SEED, RUNS, DELTA = 103, 300, 0.10


pytestmark = pytest.mark.evidence


def at_most(hits: int, limit: float) -> bool:
    """Whether a share of the runs is at most a limit plus two standard errors of it."""
    return hits / RUNS <= limit + 2 * math.sqrt(limit * (1 - limit) / RUNS)


def thresholds(law: Law, n: int, risk: float) -> list[float]:
    rng = np.random.default_rng([SEED, n])
    limit = law.escalate_above
    found = (
        certificate(law.draw(rng, n), escalate_above=limit, risk=risk, delta=DELTA, seed=run)
        for run in range(RUNS)
    )
    return [one.threshold for one in found if one.outlook == "certified"]


@pytest.mark.parametrize("n", [300, 1000])
@pytest.mark.parametrize("name", ["over-confident", "step"])
def test_a_promise_is_rarely_broken(name: str, n: int) -> None:
    law = independent(0.10, SEED)[name]
    found = thresholds(law, n, 0.10)
    assert at_most(sum(law.by_ticket(threshold) > 0.10 for threshold in found), DELTA)
    assert n < 1000 or len(found) >= 0.9 * RUNS


def test_scores_that_tell_nothing_rarely_get_a_certificate() -> None:
    assert at_most(len(thresholds(flat(0.10, SEED)["flat at the risk"], 1000, 0.10)), DELTA)


def test_it_holds_by_ticket_and_by_customer_where_a_few_write_most_and_are_harder() -> None:
    law = customers("1 % whales", SEED)
    found = thresholds(law, 2000, 0.10)
    assert at_most(sum(law.by_ticket(threshold) > 0.10 for threshold in found), DELTA)
    assert at_most(sum(law.by_customer(threshold) > 0.10 for threshold in found), DELTA)

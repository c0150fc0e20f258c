"""What a change says, on tickets that it has not seen: false alarms, coverage, slips, tickets."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paired_tickets import (
    GAINED,
    accuracy_of,
    answered,
    changes_of,
    gain_of,
    judged_pair,
    loss_for,
    true_gain,
)
from ticketbench.measure.pairs.verdict import MARGIN, not_worse, outcome_of, verdict

SEED = 20261217
RUNS = 300
CHECKED = (("independent", 400), ("40 x 25", 1000), ("Pareto", 1000))
"""Of the eight settings that benchmarks/simulate_changes.py prints."""


pytestmark = pytest.mark.evidence


def at_most(hits: int, limit: float) -> bool:
    """Whether a share of the runs is at most a limit plus two standard errors of it."""
    return hits / RUNS <= limit + 2 * math.sqrt(limit * (1 - limit) / RUNS)


@pytest.mark.parametrize("changed", [0.02, 0.07])
@pytest.mark.parametrize(("shape", "n"), CHECKED)
def test_equal_sets_are_rarely_called_better_or_worse(shape: str, n: int, changed: float) -> None:
    rng = np.random.default_rng([SEED, n, round(100 * changed)])
    alarms = dict.fromkeys((*GAINED, "augrc"), 0)
    for _ in range(RUNS):
        pair = judged_pair(answered(rng, shape, n, changed=changed))
        for metric in alarms:
            alarms[metric] += outcome_of(gain_of(pair, metric)) in ("better", "worse")
    assert all(at_most(hits, 0.05) for hits in alarms.values()), alarms


@pytest.mark.parametrize("metric", GAINED)
@pytest.mark.parametrize(("shape", "n"), CHECKED)
def test_a_drop_is_covered_and_rarely_passes_a_gate_of_its_size(
    shape: str, n: int, metric: str
) -> None:
    rng = np.random.default_rng([SEED + 1, n])
    law = "independent" if shape == "independent" else "strangers"
    loss = loss_for(metric, MARGIN, law, changed=0.07)
    truth = true_gain(metric, law, changed=0.07, loss=loss, seed=11)
    missed = slipped = 0
    for _ in range(RUNS):
        gain = changes_of(answered(rng, shape, n, changed=0.07, loss=loss), metric)
        ends = gain.bounds()
        missed += not ends.low <= truth <= ends.high
        slipped += not_worse(gain) == "pass"
    assert at_most(missed, 0.07)
    assert at_most(slipped, 0.05)


@pytest.mark.parametrize("shape", ["independent", "40 x 25"])
@pytest.mark.parametrize(
    ("metric", "fewest"),
    [("accuracy", 0.60), ("macro_f1", 0.50), ("selective_precision", 0.55), ("precision", 0.18)],
)
def test_an_equal_candidate_passes_a_gate_of_two_points_often_enough(
    shape: str, metric: str, fewest: float
) -> None:
    rng = np.random.default_rng(SEED + 2)
    passed = sum(
        not_worse(changes_of(answered(rng, shape, 1000, changed=0.07), metric)) == "pass"
        for _ in range(RUNS)
    )
    assert at_most(RUNS - passed, 1 - fewest)


@pytest.mark.parametrize(
    ("shape", "n", "fewest"), [("independent", 500, 0.8), ("Pareto", 500, 0.75)]
)
@pytest.mark.parametrize("points", [0.0, 0.01, 0.03])
def test_as_many_tickets_as_were_asked_for_settle_it(
    shape: str, n: int, fewest: float, points: float
) -> None:
    rng = np.random.default_rng([SEED + 3, round(1000 * points)])
    loss = loss_for("accuracy", points, shape, changed=0.07)
    pilots = settled = 0
    while pilots < RUNS:
        pilot = verdict(accuracy_of(answered(rng, shape, n, changed=0.07, loss=loss)))
        if pilot.tickets_needed:
            fresh = answered(rng, shape, pilot.tickets_needed, changed=0.07, loss=loss)
            settled += outcome_of(accuracy_of(fresh)) != "cannot tell"
            pilots += 1
    assert at_most(RUNS - settled, 1 - fewest)

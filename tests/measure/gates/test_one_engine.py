"""Gate and comparison read the same change: the same bounds, the same tickets needed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tables import random_table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.gates.judge import OnChange, not_worse_gates
from ticketbench.measure.gates.metrics import gate_metric
from ticketbench.measure.gates.results import NotWorse
from ticketbench.measure.kinds import LabelMetric
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import MetricChange, metric_change
from ticketbench.measure.pairs.pairing import Judged, judged, paired

COSTS = Costs()
POLICY = Policy(escalate_above=0.4)


def pair(seed: int) -> tuple[ScoreTable, ScoreTable]:
    """Two sets on the same tickets, some of which come in groups and some say two labels."""
    rng = np.random.default_rng([3, seed])
    n = int(rng.integers(40, 400))
    base = random_table(n, seed=seed, n_groups=int(rng.integers(5, n)))
    wanted = np.zeros((n, len(base.gold_labels)), dtype=np.bool_)
    wanted[np.arange(n), base.truth] = wanted[::4, 0] = wanted[::4, 1] = True
    base = replace(base, wanted=wanted)
    anew = rng.random(n) < rng.choice([0.02, 0.1, 0.4])
    scores = np.where(anew[:, None], random_table(n, seed=seed + 99).scores, base.scores)
    return base, replace(base, scores=scores)


def of_comparison(found: Comparison, name: str, label: str) -> MetricChange:
    if label:
        return next(one for one in found.of_labels(name) if one.label == label)
    return found.change(name)


@pytest.mark.parametrize("seed", range(12))
def test_a_gate_has_bounds_and_tickets_needed_of_the_change_that_compare_prints(seed: int) -> None:
    base, candidate = pair(seed)
    sides: tuple[Judged, Judged] = paired(judged(base, POLICY), judged(candidate, POLICY))
    margin = float(np.random.default_rng(seed).choice([0.005, 0.02, 0.1]))
    compared = compare(base, candidate, policy=POLICY, costs=COSTS, margin=margin)
    evaluation = evaluate(candidate, Settings(policy=POLICY))
    gates = []
    for number, name in enumerate(METRICS.names()):
        metric = gate_metric(name)
        label = "l1" if isinstance(metric, LabelMetric) else ""
        found = metric_change(metric, sides, label=label, costs=COSTS)
        gates.append(OnChange(number, metric, evaluation, found, "v1", margin, number == 0))
    for gate, found in zip(gates, not_worse_gates(gates), strict=True):
        printed = of_comparison(compared, gate.metric.name, gate.found.label)
        ends, width = printed.change.bounds(0.90), gate.metric.high - gate.metric.low
        assert [found.change.value, found.change.low, found.change.high] == [
            printed.difference.value, max(ends.low, -width), min(ends.high, width)
        ]  # fmt: skip
        assert_needed(found, printed, margin)
    assert_verdict(not_worse_gates(gates)[0], compared)


def assert_needed(gate: NotWorse, printed: MetricChange, margin: float) -> None:
    """The number of compare, where a gate says one: undecided, and no loss near the margin."""
    says = gate.outcome == "inconclusive" and printed.gain.value > -margin / 2
    assert gate.n_needed == (printed.change.needed(margin) if says else 0)


def assert_verdict(gate: NotWorse, compared: Comparison) -> None:
    """A gate on the accuracy says no other number than the verdict beside it."""
    assert gate.metric.name == "accuracy"
    assert gate.n_needed in (0, compared.verdict.tickets_needed)
    assert gate.change.low == compared.verdict.low
    if compared.verdict.outcome in ("better", "no relevant difference"):
        assert gate.outcome == "pass"

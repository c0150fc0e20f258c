"""Which figures need which labels, asked of the figures themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paired_tickets import COSTS, LABELS, answered, judged_pair
from ticketbench.core.policy import ESCALATE
from ticketbench.core.types import IntArray
from ticketbench.measure.kinds import LabelMetric, RoutingMetric
from ticketbench.measure.labelled.figures import figures, outcome_shares
from ticketbench.measure.labelled.targets import TARGETS, sides, stakes
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.pairing import Judged, Pair

NEEDS = {each.name: each.needs for each in figures()}


def relabelled(pair: Pair, gold: IntArray) -> Pair:
    """The same answers, other gold labels; a ticket of the first label needs two."""
    wanted = np.eye(len(LABELS), dtype=np.bool_)[gold]
    wanted[gold == 0, 1] = True
    first, second = (
        Judged(replace(s.table, truth=gold, wanted=wanted), s.outcome) for s in pair
    )  # fmt: skip
    return first, second


def some_escalated(side: Judged) -> Judged:
    """The same with every ticket of the second label escalated."""
    return Judged(side.table, np.where(side.table.top == 1, ESCALATE, side.outcome))


def changes_with(pair: Pair, name: str, rows: IntArray) -> bool:
    """Whether other labels of the tickets in `rows` change the difference."""
    rng, metric = np.random.default_rng(5), METRICS.get(name)
    gold = pair[0].table.truth
    label = LABELS[0] if isinstance(metric, LabelMetric) else ""
    before = metric_change(metric, relabelled(pair, gold), label=label, costs=COSTS).change.value
    gold = gold.copy()
    gold[rows] = rng.integers(0, len(LABELS), len(rows))
    after = metric_change(metric, relabelled(pair, gold), label=label, costs=COSTS).change.value
    return abs(after - before) > 1e-12


@pytest.mark.parametrize("metric", list(METRICS), ids=lambda metric: metric.name)
def test_labels_of_agreed_tickets_move_what_needs_every_label_and_nothing_else(
    metric: RoutingMetric,
) -> None:
    pair = judged_pair(answered(np.random.default_rng(4), "independent", 600, changed=0.3))
    pair = some_escalated(pair[0]), some_escalated(pair[1])
    target = TARGETS["cost" if isinstance(metric, RoutingMetric) else "accuracy"]
    agreed = np.flatnonzero(~stakes(sides(pair), target, costs=COSTS).differs)
    everyone = np.arange(600)
    assert changes_with(pair, metric.name, agreed) == (NEEDS[metric.name] == "every label")
    assert changes_with(pair, metric.name, everyone) == (NEEDS[metric.name] != "no label")


def test_every_figure_is_named_once_cheapest_first_and_says_why() -> None:
    found = figures()
    assert len(NEEDS) == len(found)
    assert {metric.name for metric in METRICS} | TARGETS.keys() <= NEEDS.keys()
    rank = ["no label", "disagreements", "every label"]
    assert [rank.index(each.needs) for each in found] == sorted(rank.index(e.needs) for e in found)
    assert all(bool(each.why) == (each.needs == "every label") for each in found)


def test_shares_of_outcomes_need_no_label_and_are_those_of_the_comparison() -> None:
    pair = judged_pair(answered(np.random.default_rng(7), "Pareto", 400, changed=0.3))
    routed, reviewed, escalated = outcome_shares(sides(pair))
    wanted = metric_change(METRICS.get("coverage"), pair)
    assert (routed.base, routed.candidate) == (wanted.base, wanted.candidate)
    assert routed.change.bounds() == wanted.change.bounds()
    assert routed.base + reviewed.base + escalated.base == pytest.approx(1.0)
    assert routed.change.value + reviewed.change.value == pytest.approx(-escalated.change.value)


def test_no_tickets_have_no_shares() -> None:
    pair = judged_pair(answered(np.random.default_rng(7), "independent", 5, changed=0.3))
    none = np.array([], dtype=np.int64)
    empty = outcome_shares(sides((pair[0].rows(none), pair[1].rows(none))))
    assert all(np.isnan(each.base) and not each.change.defined for each in empty)

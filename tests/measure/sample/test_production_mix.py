"""Numbers at another mix of labels: hand-made tables, and what must not change."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.sample.production_mix import (
    LabelShare,
    ProductionMix,
    estimated_mix,
    production_mix,
)
from ticketbench.measure.statistics import intervals

SEARCH = settings(max_examples=25, deadline=None, derandomize=True, database=None)
A, UNSURE_A, B = [0.9, 0.05, 0.05], [0.5, 0.25, 0.25], [0.05, 0.9, 0.05]


@pytest.fixture
def small() -> ScoreTable:
    """Gold a: 8 of 10 right, 6 of them routed; gold b: 2 of 10 right; 5 that no label fits."""
    scores = [A] * 6 + [UNSURE_A] * 2 + [B] * 2 + [B] * 2 + [A] * 8 + [A] * 5
    return table(scores, ["a"] * 10 + ["b"] * 10 + ["__none__"] * 5)


def estimates(of: ProductionMix) -> tuple[float, float, float]:
    return of.accuracy.value, of.coverage.value, of.selective_precision.value


def test_shares_at_the_mix_by_hand(small: ScoreTable) -> None:
    # Weights: a .9/.5 = 1.8, b .1/.5 = .2. Routed: 8 of a (6 right), 10 of b (2 right).
    found = production_mix(small, Policy(0.6), {"a": 9, "b": 1})
    accuracy, coverage, precision = estimates(found)
    assert accuracy == pytest.approx(0.9 * 0.8 + 0.1 * 0.2)
    assert coverage == pytest.approx(0.9 * 0.8 + 0.1 * 1.0)
    assert precision == pytest.approx((1.8 * 6 + 0.2 * 2) / (1.8 * 8 + 0.2 * 10))


def test_the_effective_number_of_tickets_by_hand(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 0.9, "b": 0.1})
    assert found.n_effective == pytest.approx(20**2 / (10 * 1.8**2 + 10 * 0.2**2))


def test_gold_none_is_left_out(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 1, "b": 1})
    assert found.n == 20
    assert found.accuracy.n == 20


def test_the_shares_here_and_there_add_up_to_one(small: ScoreTable) -> None:
    labels = production_mix(small, Policy(), {"a": 300, "b": 100}).labels
    assert labels == (
        LabelShare("a", 0.5, 0.75),
        LabelShare("b", 0.5, 0.25),
        LabelShare("c", 0.0, 0.0),
    )


def test_shares_and_counts_of_the_same_mix_are_equal(small: ScoreTable) -> None:
    shares = production_mix(small, Policy(), {"a": 0.75, "b": 0.25})
    counts = production_mix(small, Policy(), {"b": 100.0, "a": 300.0})
    assert estimates(shares) == pytest.approx(estimates(counts))
    assert shares.labels == counts.labels


def test_the_mix_of_the_sample_changes_nothing(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 10, "b": 10})
    right, groups = small.labelled().right, small.labelled().groups
    plain = intervals.share(right, groups)
    assert (found.accuracy.value, found.accuracy.low, found.accuracy.high) == pytest.approx(
        (plain.value, plain.low, plain.high)
    )
    assert found.n_effective == pytest.approx(20)


def test_a_label_that_the_mix_does_not_name_has_share_zero(small: ScoreTable) -> None:
    only_b = production_mix(small, Policy(0.6), {"b": 1})
    assert estimates(only_b) == pytest.approx((0.2, 1.0, 0.2))
    assert only_b.accuracy.n == 10


def test_a_label_of_the_mix_without_tickets_leaves_all_undefined_and_is_named(
    small: ScoreTable,
) -> None:
    found = production_mix(small, Policy(), {"a": 0.5, "c": 0.5})
    assert found.missing == ("c",)
    assert all(math.isnan(value) for value in (*estimates(found), found.n_effective))
    assert "no tickets of c" in found.accuracy.method


def test_a_gold_label_the_set_lacks_is_part_of_the_mix_and_always_wrong() -> None:
    of = table([A] * 4 + [B] * 4, ["a"] * 4 + ["zebra"] * 4)
    found = production_mix(of, Policy(), {"a": 0.25, "zebra": 0.75})
    assert found.missing == ()
    assert found.accuracy.value == pytest.approx(0.25)


@pytest.mark.parametrize("gold", [[], ["__none__"] * 3], ids=["no tickets", "no label fits"])
def test_without_a_gold_label_nothing_can_be_said(gold: list[str]) -> None:
    found = production_mix(table([A] * len(gold), gold), Policy(), {"a": 1})
    assert found.n == 0
    assert all(math.isnan(value) for value in estimates(found))
    assert [label.here for label in found.labels] == [0.0, 0.0, 0.0]


def test_where_nothing_is_routed_the_precision_is_undefined(small: ScoreTable) -> None:
    found = production_mix(small, Policy(threshold=1.0), {"a": 1, "b": 1})
    assert found.coverage.value == 0.0
    assert not found.selective_precision.defined


def test_the_policy_decides_what_is_routed(small: ScoreTable) -> None:
    policy = Policy(0.6, label_thresholds=(("b", 0.95),))
    found = production_mix(small, policy, {"a": 1, "b": 1})
    # Top label a at .9: 6 of gold a and 8 of gold b; every top label b is reviewed.
    assert found.coverage.value == pytest.approx(14 / 20)
    assert found.selective_precision.value == pytest.approx(6 / 14)


def test_a_mix_of_nothing_leaves_all_undefined(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 0.0, "b": 0.0})
    assert all(math.isnan(value) for value in estimates(found))
    assert [label.production for label in found.labels] == [0.0, 0.0, 0.0]


@SEARCH
@given(st.integers(0, 1000), st.lists(st.floats(0.05, 1), min_size=4, max_size=4))
def test_accuracy_at_a_mix_is_the_mean_of_the_recalls_by_share(
    seed: int, shares: list[float]
) -> None:
    of = random_table(60, seed=seed)
    evaluation = evaluate(of, Settings())
    if any(label.support == 0 for label in evaluation.by_label.results):
        return
    found = production_mix(of, Policy(), dict(zip(of.labels, shares, strict=True)))
    recalls = [label.recall.value for label in evaluation.by_label.results]
    assert found.accuracy.value == pytest.approx(np.dot(recalls, shares) / sum(shares))
    assert found.n_effective <= 60 + 1e-9


@SEARCH
@given(st.integers(0, 1000), st.lists(st.floats(0.05, 1), min_size=4, max_size=4))
def test_tickets_twice_in_groups_of_two_leave_every_value_and_hardly_move_its_interval(
    seed: int, shares: list[float]
) -> None:
    of = random_table(60, seed=seed)
    twice = of.rows(np.repeat(np.arange(60), 2))
    mix = dict(zip(of.labels, shares, strict=True))
    one, other = (production_mix(t, Policy(), mix) for t in (of, twice))
    for name in ("accuracy", "coverage", "selective_precision"):
        a, b = getattr(one, name), getattr(other, name)
        assert b.value == pytest.approx(a.value, abs=1e-9, nan_ok=True)
        # Not closer: the effective n is at most the number of tickets, which doubles.
        assert (b.low, b.high) == pytest.approx((a.low, a.high), abs=0.02, nan_ok=True)


def test_equal_inputs_give_equal_values_and_nan_equals_nan(small: ScoreTable) -> None:
    assert production_mix(small, Policy(), {"c": 1}) == production_mix(small, Policy(), {"c": 1})


def test_the_rubric_set_is_named(small: ScoreTable) -> None:
    named = replace(small, provenance=replace(small.provenance, rubric_set="v7"))
    assert production_mix(named, Policy(), {"a": 1}).rubric_set == "v7"


def test_a_label_of_the_mix_that_the_table_does_not_know_is_missing(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 0.5, "zebra": 0.5})
    assert found.missing == ("zebra",)
    assert all(math.isnan(value) for value in (*estimates(found), found.n_effective))
    assert "no tickets of zebra" in found.accuracy.method


def test_an_unknown_label_without_a_share_is_not_missing(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 1, "b": 1, "zebra": 0})
    assert found.missing == ()
    assert found == production_mix(small, Policy(), {"a": 1, "b": 1})


def test_gold_none_counts_where_routing_is_judged_when_the_mix_names_it(small: ScoreTable) -> None:
    # Weights: a .4/.4 = 1, b .4/.4 = 1, none .2/.2 = 1; all five of none are routed, and wrong.
    found = production_mix(small, Policy(0.6), {"a": 0.4, "b": 0.4, "__none__": 0.2})
    assert estimates(found) == pytest.approx((10 / 20, 23 / 25, 8 / 23))
    assert (found.n, found.accuracy.n, found.coverage.n) == (25, 20, 25)
    assert found.with_none
    assert found.labels[-1] == LabelShare("__none__", 0.2, 0.2)


def test_the_share_of_gold_none_moves_routing_and_leaves_accuracy(small: ScoreTable) -> None:
    few, many = (
        production_mix(small, Policy(0.6), {"a": 1, "b": 1, "__none__": q}) for q in (0.5, 2)
    )
    assert few.accuracy == many.accuracy
    # Half of the tickets fit no label: 18 of 20 others are routed, 8 of them right.
    assert many.coverage.value == pytest.approx(0.5 * 18 / 20 + 0.5)
    assert many.selective_precision.value == pytest.approx(0.5 * 8 / 20 / (0.5 * 18 / 20 + 0.5))
    assert few.selective_precision.value > many.selective_precision.value


def test_a_share_of_none_without_such_a_ticket_here_is_missing(small: ScoreTable) -> None:
    found = production_mix(small.labelled(), Policy(), {"a": 1, "__none__": 1})
    assert found.missing == ("__none__",)
    assert all(math.isnan(value) for value in estimates(found))


def test_a_mix_that_does_not_name_none_leaves_it_out(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 1, "b": 1})
    assert not found.with_none
    assert found == production_mix(small.labelled(), Policy(), {"a": 1, "b": 1})


LABELS = ("l0", "l1", "l2")
HERE, THERE = (0.5, 0.3, 0.2), (0.2, 0.3, 0.5)


def simulated(
    n: int, mix: Sequence[float], *, seed: int, none: float = 0.0, clear: float = 2.0
) -> ScoreTable:
    """Over-confident scores; a share `none` of the tickets looks like no label."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(4, n, p=[*(np.array(mix) * (1 - none)), none])
    seen = rng.normal(size=(n, 3)) + clear * np.eye(4)[truth][:, :3]
    chance = np.exp(3 * seen)
    gold = [(*LABELS, "__none__")[i] for i in truth]
    return table((chance / chance.sum(axis=1, keepdims=True)).tolist(), gold, labels=LABELS)


def estimated(
    here: ScoreTable | None = None, there: ScoreTable | None = None, policy: Policy | None = None
) -> ProductionMix:
    here = simulated(2000, HERE, seed=1) if here is None else here
    there = simulated(2000, THERE, seed=2) if there is None else there
    return estimated_mix(here, there.scores, there.groups, policy or Policy(0.6))


def test_the_mix_is_found_from_answers_to_unlabelled_tickets() -> None:
    found = estimated()
    assert [label.production for label in found.labels] == pytest.approx(THERE, abs=0.04)
    assert (found.usable, found.refused, found.estimated_from) == (True, "", 2000)
    assert found.fit_p > 0.1


def test_an_estimate_has_the_value_of_the_known_mix_and_a_wider_interval() -> None:
    here = simulated(2000, HERE, seed=1)
    found = estimated(here)
    shares = {label.label: label.production for label in found.labels}
    known = production_mix(here, Policy(0.6), shares)
    assert estimates(found) == pytest.approx(estimates(known))
    for name in ("accuracy", "coverage", "selective_precision"):
        open_, closed = getattr(found, name), getattr(known, name)
        assert open_.high - open_.low > closed.high - closed.low


@pytest.mark.parametrize("clear", [1.2, 3.0], ids=["harder", "easier"])
def test_a_log_of_other_tickets_is_refused_and_every_number_is_undefined(clear: float) -> None:
    found = estimated(there=simulated(2000, THERE, seed=2, clear=clear))
    assert not found.usable
    assert "does not fit the labelled tickets in any mix of their labels" in found.refused
    assert all(math.isnan(value) for value in (*estimates(found), found.n_effective))
    assert all(math.isnan(label.production) for label in found.labels)
    assert found.accuracy.method == "the mix cannot be estimated"


def test_a_log_with_tickets_that_fit_no_label_is_refused_where_none_is_here() -> None:
    assert not estimated(there=simulated(2000, HERE, seed=2, none=0.3)).usable


def test_gold_none_is_a_part_of_an_estimated_mix() -> None:
    here, there = simulated(3000, HERE, seed=1, none=0.1), simulated(3000, HERE, seed=2, none=0.3)
    found = estimated(here, there)
    assert found.usable
    assert found.labels[-1].label == "__none__"
    assert found.labels[-1].production == pytest.approx(0.3, abs=0.05)
    true = there.right[Policy(0.6).decide(there.scores, LABELS).outcome == 0].mean()
    assert found.selective_precision.low < true < found.selective_precision.high
    assert found.accuracy.n == here.labelled().n_scored


@pytest.mark.parametrize(("n", "takes_part"), [(19, False), (20, True)])
def test_fewer_than_20_gold_none_tickets_are_left_out(n: int, takes_part: bool) -> None:
    here = simulated(900, HERE, seed=1, none=0.1)
    none = np.flatnonzero(here.truth == -1)
    keep = np.concatenate([np.flatnonzero(here.truth != -1), none[:n]])
    assert estimated(here.rows(np.sort(keep))).with_none is takes_part


@pytest.mark.parametrize(("n", "m", "few"), [(299, 900, "299 are labelled"),
                                             (900, 299, "299 are in the log")])  # fmt: skip
def test_under_300_tickets_of_either_kind_no_mix_is_estimated(n: int, m: int, few: str) -> None:
    found = estimated(simulated(n, HERE, seed=1), simulated(m, THERE, seed=2))
    assert not found.usable
    assert few in found.refused
    assert not found.accuracy.defined


@pytest.mark.parametrize("empty", ["here", "there"])
def test_without_tickets_no_mix_is_estimated(empty: str) -> None:
    found = estimated(**{empty: simulated(0, HERE, seed=1)})
    assert not found.usable
    assert all(math.isnan(value) for value in estimates(found))


def test_a_log_of_few_customers_cannot_be_tested_and_is_refused() -> None:
    there = simulated(600, THERE, seed=2)
    found = estimated_mix(simulated(600, HERE, seed=1), there.scores, np.arange(600) % 5, Policy())
    assert "both samples need more groups" in found.refused


def test_a_log_that_leaves_everything_open_is_refused() -> None:
    # Half of the tickets look like no label: whether there are more of these or harder ones ...
    here = simulated(400, HERE, seed=3, none=0.3, clear=0.6)
    found = estimated(here, simulated(400, HERE, seed=4, none=0.3, clear=0.6))
    assert re.search(r"leaves any accuracy between \d+% and \d+% open", found.refused)


def test_a_known_mix_needs_no_check_of_itself(small: ScoreTable) -> None:
    found = production_mix(small, Policy(), {"a": 1, "b": 1})
    assert (found.usable, found.refused, found.estimated_from) == (True, "", 0)
    assert math.isnan(found.fit_p)


@pytest.mark.evidence
def test_logs_that_fit_are_accepted_and_their_intervals_hold_the_truth() -> None:
    big = simulated(200_000, THERE, seed=0)
    true = float(big.right.mean())
    found = [
        estimated(simulated(500, HERE, seed=2 * i), simulated(500, THERE, seed=2 * i + 1))
        for i in range(1, 301)
    ]
    usable = [one for one in found if one.usable]
    assert len(usable) >= 0.9 * 300 - 2 * math.sqrt(300 * 0.09)
    assert sum(one.accuracy.low <= true <= one.accuracy.high for one in usable) >= 0.95 * len(
        usable
    )

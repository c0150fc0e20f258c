from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import ESCALATE, REVIEW, ROUTE, Costs, Policy
from ticketbench.core.types import Estimate, Failure, FloatArray, IntArray, ScoreTable
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.gates.completeness import Answered
from ticketbench.measure.gates.judge import (
    OnChange,
    complete_gate,
    limit_gate,
    must_pass_gate,
    not_worse_gates,
)
from ticketbench.measure.gates.metrics import gate_metric
from ticketbench.measure.gates.results import (
    GateReport,
    JudgedMetric,
    Limit,
    MustPass,
    NotWorse,
    WrongTicket,
)
from ticketbench.measure.gates.rule import Undecided
from ticketbench.measure.kinds import LabelMetric
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.pairing import Judged, judged, paired
from ticketbench.measure.results import DatasetSummary
from ticketbench.measure.statistics.intervals import wilson

EVERY = METRICS.names()
ROUTES_ALL = Policy(threshold=0.6, escalate_above=1.0)

A, B, C = [0.801, 0.102, 0.097], [0.102, 0.801, 0.097], [0.097, 0.102, 0.801]
WEAK = [0.5, 0.25, 0.25]

SOME = evaluate(table([A, B, C] * 4, ["a", "b", "c"] * 4), Settings())
"""What stands in `value` where a test is about the change alone."""


def on_change(
    base: Judged,
    candidate: Judged,
    metric: str = "accuracy",
    *,
    evaluation: Evaluation = SOME,
    label: str = "",
    margin: float = 0.02,
    costs: Costs = Costs(),  # noqa: B008 - frozen
    primary: bool = True,
    **more: Any,
) -> OnChange:
    asked = gate_metric(metric)
    return OnChange(
        number=0,
        metric=asked,
        evaluation=evaluation,
        found=metric_change(asked, paired(base, candidate), label=label, costs=costs),
        against="v1",
        margin=margin,
        primary=primary,
        **more,
    )


def not_worse(
    base: ScoreTable,
    candidate: ScoreTable,
    metric: str = "accuracy",
    *,
    policy: Policy = ROUTES_ALL,
    undecided: Undecided = "pass",
    **more: Any,
) -> NotWorse:
    """One gate, judged by the rule that asks for a loss to be shown unless told otherwise."""
    one = on_change(judged(base, policy), judged(candidate, policy), metric, **more)
    return not_worse_gates([one], undecided=undecided)[0]


def fixed_and_broken(fixed: int, broken: int, n: int) -> tuple[ScoreTable, ScoreTable]:
    """Of n tickets the candidate fixes some, breaks others, and is right about the rest."""
    base = [B] * fixed + [A] * (n - fixed)
    candidate = [A] * fixed + [B] * broken + [A] * (n - fixed - broken)
    return table(base, ["a"] * n), table(candidate, ["a"] * n)


def valued(value: float, low: float, high: float, n: int = 100) -> Evaluation:
    """An evaluation whose accuracy is this estimate, whatever was measured."""
    found = Estimate(value, low, high, n, "by hand")
    metrics = [replace(m, estimate=found) if m.name == "accuracy" else m for m in SOME.metrics]
    return replace(SOME, metrics=tuple(metrics))


def limit(of: str | Evaluation, evaluation: Evaluation = SOME, **more: Any) -> Limit:
    """A limit on a metric of the evaluation by name, or on the accuracy of a `valued` one."""
    if isinstance(of, Evaluation):
        return limit_gate(3, gate_metric("accuracy"), of, **more)
    return limit_gate(3, gate_metric(of), evaluation, **more)


# --- no worse than before


@cache
def measured(n: int) -> tuple[ScoreTable, Evaluation]:
    t = random_table(n, seed=1)
    fits = np.zeros((n, len(t.gold_labels)), dtype=np.bool_)
    fits[np.arange(n), t.truth] = fits[::3, 0] = fits[::3, 1] = True
    t = replace(t, wanted=fits)
    return t, evaluate(t, Settings())


@pytest.mark.parametrize("n", [3, 80])
@pytest.mark.parametrize("metric", EVERY)
def test_an_identical_candidate_passes(metric: str, n: int) -> None:
    t, e = measured(n)
    label = "l2" if isinstance(gate_metric(metric), LabelMetric) else ""
    found = not_worse(t, replace(t), metric, evaluation=e, label=label, policy=Policy())
    expected = "skipped" if found.n == 0 else "pass"
    if math.isnan(found.base):  # nothing is routed, say
        expected = "skipped" if found.n == 0 else "inconclusive"
    assert (found.outcome, found.n_needed) == (expected, int(found.n == 0))
    assert n == 3 or found.outcome == "pass"
    known = found.n and not math.isnan(found.base)
    assert not known or found.change.value == found.change.low == found.change.high == 0.0


def test_200_broken_and_100_fixed_of_2000_tickets_fail() -> None:
    found = not_worse(*fixed_and_broken(100, 200, 2000))
    assert (found.outcome, found.n, found.n_needed) == ("fail", 2000, 0)
    assert found.change.value == pytest.approx(-0.05)
    assert found.change.high < -0.02
    assert (found.base, found.candidate) == (0.95, 0.9)


def test_10_broken_and_5_fixed_of_100_tickets_are_inconclusive() -> None:
    found = not_worse(*fixed_and_broken(5, 10, 100))
    assert (found.outcome, found.n, found.n_needed) == ("inconclusive", 100, 0)
    assert found.change.low < -0.02 < found.change.high
    assert (found.loss_seen, found.loss_left) == (pytest.approx(0.05), -found.change.low)
    assert not found.loss_shown


def test_a_small_loss_says_how_many_tickets_and_one_near_the_margin_does_not() -> None:
    little = not_worse(*fixed_and_broken(10, 12, 300))
    assert (little.outcome, little.n_needed > 300) == ("inconclusive", True)
    near = not_worse(*fixed_and_broken(10, 13, 300))
    assert (near.outcome, near.n_needed) == ("inconclusive", 0)


def test_a_loss_of_half_the_margin_does_not_say_how_many_tickets() -> None:
    # In numbers that binary holds exactly: 4 of 256 tickets are half of 1/32.
    half = not_worse(*fixed_and_broken(10, 14, 256), margin=1 / 32)
    assert (half.outcome, half.change.value, half.n_needed) == ("inconclusive", -1 / 64, 0)
    less = not_worse(*fixed_and_broken(11, 14, 256), margin=1 / 32)
    assert (less.outcome, less.n_needed > 256) == ("inconclusive", True)


def test_a_gain_passes_and_has_no_loss() -> None:
    found = not_worse(*fixed_and_broken(60, 10, 400))
    assert (found.outcome, found.change.low > 0) == ("pass", True)
    assert (found.loss_seen, found.loss_left) == (0.0, 0.0)


def test_no_loss_is_larger_than_the_metric_can_fall() -> None:
    found = not_worse(*fixed_and_broken(0, 3, 4))
    assert (found.loss_seen, found.loss_left, found.change.low) == (0.75, 1.0, -1.0)


def test_tickets_that_one_side_did_not_answer_are_left_out() -> None:
    base, candidate = fixed_and_broken(0, 10, 100)
    found = not_worse(base, candidate.rows(np.arange(10, 100)))
    assert (found.outcome, found.n) == ("pass", 90)
    assert (found.base, found.candidate) == (1.0, 1.0)


def test_tickets_are_paired_by_id_and_not_by_place() -> None:
    t = random_table(50, seed=2)
    shuffled = t.rows(np.random.default_rng(0).permutation(50))
    found = not_worse(t, shuffled)
    assert (found.outcome, found.change.low) == ("pass", 0.0)


def test_no_ticket_in_common_is_skipped() -> None:
    t = table([A], ["a"])
    found = not_worse(t, replace(t, ids=("other",)))
    assert (found.outcome, found.n, found.n_needed) == ("skipped", 0, 1)
    assert math.isnan(found.change.value)


def test_too_few_paired_tickets_are_skipped() -> None:
    base, candidate = fixed_and_broken(0, 30, 100)
    found = not_worse(base, candidate, min_tickets=101)
    assert (found.outcome, found.n, found.n_needed) == ("skipped", 100, 101)
    assert found.reason == "too few tickets"
    assert not_worse(base, candidate, min_tickets=100).outcome == "fail"


def test_the_fields_of_a_gate_on_a_change() -> None:
    base, candidate = fixed_and_broken(5, 10, 100)
    e = evaluate(replace(candidate, provenance=replace(candidate.provenance, rubric_set="v2")),
                 Settings())  # fmt: skip
    found = not_worse(base, candidate, "recall", evaluation=e, label="a", margin=0.3)
    assert (found.number, found.kind, found.rubric_set, found.against) == (
        0,
        "not worse",
        "v2",
        "v1",
    )
    assert found.metric == JudgedMetric("recall", "Recall", True, True, "a")
    assert (found.margin, found.outcome) == (0.3, "pass")
    assert found.value == e.recall("a")
    assert found.reason == "paired, t over groups with three more imagined"
    assert (found.change.n, found.change.method) == (100, "two one-sided 95% bounds")


@pytest.mark.parametrize("metric", ["ece", "cost", "log_loss"])
def test_a_rise_of_what_should_be_low_fails(metric: str) -> None:
    gold = ["a"] * 400
    base = table([A] * 330 + [B] * 70, gold)
    candidate = table([A] * 180 + [B] * 220, gold)
    there = not_worse(base, candidate, metric)
    assert (there.outcome, there.metric.higher_is_better) == ("fail", False)
    assert there.change.value == pytest.approx(there.candidate - there.base)
    assert 0 < there.change.low <= there.change.value <= there.change.high
    back = not_worse(candidate, base, metric)
    assert back.outcome == "pass"
    assert back.change.low <= back.change.value <= back.change.high < 0


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "coverage", "selective_precision"])
def test_a_fall_of_what_should_be_high_fails(metric: str) -> None:
    gold = ["a", "b"] * 200
    base = table([A, B] * 170 + [C, WEAK] * 30, gold)
    candidate = table([A, B] * 60 + [C, WEAK] * 140, gold)
    there = not_worse(base, candidate, metric)
    assert (there.outcome, there.metric.higher_is_better) == ("fail", True)
    assert there.change.value == pytest.approx(there.candidate - there.base)
    assert there.change.low <= there.change.value <= there.change.high < 0
    assert not_worse(candidate, base, metric).outcome == "pass"


@pytest.mark.parametrize("metric", ["cost", "log_loss", "ece", "macro_f1", "mcc", "coverage"])
@pytest.mark.parametrize("seed", range(3))
def test_the_change_lies_between_its_bounds(metric: str, seed: int) -> None:
    base = random_table(150, seed=seed, n_groups=90)
    candidate = replace(base, scores=random_table(150, seed=seed + 10).scores.copy())
    found = not_worse(base, candidate, metric, policy=Policy())
    assert found.change.value == pytest.approx(found.candidate - found.base)
    assert found.change.low < found.change.value < found.change.high


def test_a_side_may_have_other_outcomes_than_the_policy_now() -> None:
    t = table([A] * 60, ["a"] * 60)
    reviewed = Judged(t, np.full(60, REVIEW))
    (found,) = not_worse_gates([on_change(judged(t, Policy()), reviewed, "coverage")])
    assert (found.outcome, found.base, found.candidate) == ("fail", 1.0, 0.0)


def test_equal_sides_give_an_equal_result() -> None:
    base, candidate = random_table(120, seed=1), random_table(120, seed=2)
    candidate = replace(candidate, truth=base.truth.copy())
    for metric in ("accuracy", "ece", "macro_f1"):
        assert not_worse(base, candidate, metric) == not_worse(base, candidate, metric)


# --- how often a gate is wrong: simulated candidates whose true difference is known
# Thousands of draws with other seeds put selective precision and cost at 4.8 to 5.2 %. That is the
# limit itself, so a stream of a few hundred may lie above it: that of seed 7 did.

Draw = Callable[[np.random.Generator], tuple[ScoreTable, ScoreTable]]


def two_standard_errors(times: int) -> float:
    return 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)


def outcomes(draw: Draw, times: int, **more: Any) -> Counter[str]:
    counts: Counter[str] = Counter()
    for i in range(times):
        counts[not_worse(*draw(np.random.default_rng([11, i])), **more).outcome] += 1
    return counts


def answered(top: IntArray, score: FloatArray, like: ScoreTable) -> ScoreTable:
    scores = np.repeat(((1 - score) / 2)[:, None], 3, axis=1)
    scores[np.arange(len(top)), top] = score
    return replace(like, scores=scores)


def top_labels(right: np.ndarray, truth: IntArray, rng: np.random.Generator) -> IntArray:
    return np.where(right, truth, (truth + rng.integers(1, 3, len(truth))) % 3)


def template(n: int) -> ScoreTable:
    return table([A] * n, [("a", "b", "c")[i % 3] for i in range(n)])


def changing(n: int, *, lost: float, gained: float, wrong: float = 0.0, groups: int = 0) -> Draw:
    """Each ticket turns wrong, or right, or is wrong in both with these chances.

    With `groups` half of the tickets of a group, at random, change as their group does.
    """
    of = template(n)

    def draw(rng: np.random.Generator) -> tuple[ScoreTable, ScoreTable]:
        u, like = rng.random(n), of
        if groups:
            group = rng.integers(0, groups, n)
            u = np.where(rng.random(n) < 0.5, rng.random(groups)[group], u)
            like = replace(of, groups=group)
        both = u < 1 - wrong
        rights = both & ~((u >= lost) & (u < lost + gained)), both & (u >= lost)
        sides = [answered(top_labels(r, of.truth, rng), np.full(n, 0.8), like) for r in rights]
        return sides[0], sides[1]

    return draw


def related(first: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Uniform numbers, seven in ten of them those of `first`."""
    return np.where(rng.random(len(first)) < 0.7, first, rng.random(len(first)))


def routing(n: int, *, precision: tuple[float, float]) -> Draw:
    """Each side routes seven in ten tickets; so many of its answers are right."""
    of = template(n)

    def draw(rng: np.random.Generator) -> tuple[ScoreTable, ScoreTable]:
        routed, right = rng.random(n), rng.random(n)
        sides = []
        for share in precision:
            top = top_labels(related(right, rng) < share, of.truth, rng)
            score = np.where(related(routed, rng) < 0.7, 0.8, 0.5)
            sides.append(answered(top, score, of))
        return sides[0], sides[1]

    return draw


def scoring(n: int, *, too_sure: tuple[float, float]) -> Draw:
    """Scores between .45 and .85 that are too high by so much: the true calibration error."""
    of = template(n)

    def draw(rng: np.random.Generator) -> tuple[ScoreTable, ScoreTable]:
        level, right = rng.random(n), rng.random(n)
        sides = []
        for gap in too_sure:
            score = 0.45 + 0.4 * related(level, rng)
            top = top_labels(related(right, rng) < score - gap, of.truth, rng)
            sides.append(answered(top, score, of))
        return sides[0], sides[1]

    return draw


@pytest.mark.parametrize("groups", [0, 120])
@pytest.mark.evidence
def test_of_1000_equal_candidates_about_one_in_twenty_fails_at_most(groups: int) -> None:
    counts = outcomes(changing(300, lost=0.1, gained=0.1, groups=groups), 1000)
    assert counts["fail"] / 1000 <= two_standard_errors(1000)
    assert counts["inconclusive"] > 0


@pytest.mark.parametrize("groups", [0, 200])
@pytest.mark.evidence
def test_of_1000_candidates_worse_by_the_margin_about_one_in_twenty_passes_at_most(
    groups: int,
) -> None:
    counts = outcomes(changing(500, lost=0.11, gained=0.09, groups=groups), 1000)
    assert counts["pass"] / 1000 <= two_standard_errors(1000)
    assert counts["fail"] > counts["pass"]


EQUAL: dict[str, tuple[Draw, float]] = {
    "macro_f1": (changing(300, lost=0.1, gained=0.1, wrong=0.1), 0.02),
    "selective_precision": (routing(300, precision=(0.85, 0.85)), 0.02),
    "cost": (routing(300, precision=(0.85, 0.85)), 0.1),
    "ece": (scoring(300, too_sure=(0.05, 0.05)), 0.02),
}


TIMES = {"macro_f1": 120, "ece": 120, "selective_precision": 300, "cost": 1000}
"""As many as cost about two seconds."""


@pytest.mark.parametrize("metric", EQUAL)
@pytest.mark.evidence
def test_an_equal_candidate_seldom_fails_on_another_metric(metric: str) -> None:
    (draw, margin), times = EQUAL[metric], TIMES[metric]
    counts = outcomes(draw, times, metric=metric, margin=margin)
    assert counts["fail"] / times <= two_standard_errors(times)


WORSE: dict[str, tuple[Draw, float]] = {
    "macro_f1": (changing(300, lost=0.12, gained=0.07, wrong=0.1), 0.05),
    "selective_precision": (routing(300, precision=(0.85, 0.80)), 0.05),
    "cost": (routing(300, precision=(0.85, 0.80)), 0.7 * 0.05 * 5),
    "ece": (scoring(300, too_sure=(0.0, 0.05)), 0.05),
}


@pytest.mark.parametrize("metric", WORSE)
@pytest.mark.evidence
def test_a_candidate_worse_by_the_margin_seldom_passes_on_another_metric(metric: str) -> None:
    (draw, margin), times = WORSE[metric], TIMES[metric]
    counts = outcomes(draw, times, metric=metric, margin=margin)
    assert counts["pass"] / times <= two_standard_errors(times)


FAR: dict[str, tuple[Draw, float]] = {
    "accuracy": (changing(300, lost=0.2, gained=0.0), 0.02),
    "macro_f1": (changing(300, lost=0.2, gained=0.0), 0.02),
    "selective_precision": (routing(300, precision=(0.95, 0.7)), 0.02),
    "cost": (routing(300, precision=(0.95, 0.7)), 0.1),
    "ece": (scoring(300, too_sure=(0.0, 0.4)), 0.02),
}


@pytest.mark.parametrize("metric", FAR)
def test_a_candidate_that_is_far_worse_fails_and_the_way_back_passes(metric: str) -> None:
    draw, margin = FAR[metric]
    for i in range(10):
        base, candidate = draw(np.random.default_rng([11, i]))
        assert not_worse(base, candidate, metric, margin=margin).outcome == "fail"
        assert not_worse(candidate, base, metric, margin=margin).outcome == "pass"


# --- limits


@pytest.mark.parametrize(
    ("bound", "minimum", "outcome"),
    [
        ("value", 0.9, "pass"),
        ("value", 0.900001, "fail"),
        ("low", 0.85, "pass"),
        ("low", 0.850001, "fail"),
        ("high", 0.95, "pass"),
        ("high", 0.950001, "fail"),
    ],
)
def test_a_minimum_is_about_the_named_end_and_may_be_reached_exactly(
    bound: str, minimum: float, outcome: str
) -> None:
    found = limit(valued(0.9, 0.85, 0.95), bound=bound, minimum=minimum)
    assert (found.outcome, found.bound, found.minimum) == (outcome, bound, minimum)
    assert math.isnan(found.maximum)


@pytest.mark.parametrize(
    ("bound", "maximum", "outcome"),
    [
        ("value", 0.1, "pass"),
        ("value", 0.099999, "fail"),
        ("low", 0.05, "pass"),
        ("low", 0.049999, "fail"),
        ("high", 0.15, "pass"),
        ("high", 0.149999, "fail"),
    ],
)
def test_a_maximum_is_about_the_named_end_and_may_be_reached_exactly(
    bound: str, maximum: float, outcome: str
) -> None:
    found = limit(valued(0.1, 0.05, 0.15), bound=bound, maximum=maximum)
    assert (found.outcome, found.bound, found.maximum) == (outcome, bound, maximum)


@pytest.mark.parametrize(("value", "outcome"), [(0.5, "pass"), (0.39, "fail"), (0.61, "fail")])
def test_both_limits_count(value: float, outcome: str) -> None:
    found = limit(valued(value, 0.0, 1.0), minimum=0.4, maximum=0.6)
    assert (found.outcome, found.n_needed) == (outcome, 0)


@pytest.mark.parametrize("bound", ["low", "high"])
def test_an_end_that_is_not_there_is_inconclusive(bound: str) -> None:
    metric = valued(0.9, math.nan, math.nan)
    found = limit(metric, bound=bound, minimum=0.5)
    assert (found.outcome, found.n_needed, found.reason) == ("inconclusive", 0, "by hand")
    assert limit(metric, minimum=0.5).outcome == "pass"


def test_a_value_that_is_not_there_is_inconclusive() -> None:
    found = limit(valued(math.nan, math.nan, math.nan, n=7), minimum=0.5)
    assert (found.outcome, found.n) == ("inconclusive", 7)


def test_too_few_tickets_are_skipped_and_it_says_how_many_it_takes() -> None:
    metric = valued(0.1, 0.0, 0.2, n=19)
    found = limit(metric, minimum=0.9, min_tickets=20)
    assert (found.outcome, found.n, found.n_needed) == ("skipped", 19, 20)
    assert found.reason == "too few tickets"
    assert limit(metric, minimum=0.9, min_tickets=19).outcome == "fail"


def test_a_single_ticket_is_judged_unless_more_are_asked_for() -> None:
    assert limit(valued(0.9, 0.1, 1.0, n=1), minimum=0.5).outcome == "pass"


def test_a_label_without_tickets_is_skipped() -> None:
    e = evaluate(table([A, B], ["a", "b"]), Settings())
    found = limit("recall", e, label="c", minimum=0.5)
    assert (found.outcome, found.n, found.metric.label) == ("skipped", 0, "c")


def test_a_low_end_below_the_minimum_of_a_good_value_says_how_many_tickets() -> None:
    # The distance to the minimum is 2 of 7 points: (7/2)² times as many tickets.
    found = limit(valued(0.92, 0.85, 0.96), bound="low", minimum=0.9)
    assert found.outcome == "fail"
    assert found.n_needed in (1225, 1226)


def test_a_high_end_above_the_maximum_of_a_good_value_says_how_many_tickets() -> None:
    found = limit(valued(0.04, 0.02, 0.12), bound="high", maximum=0.08)
    assert (found.outcome, found.n_needed) == ("fail", pytest.approx(400, abs=1))


def test_so_many_tickets_bring_the_low_end_of_a_share_to_about_the_minimum() -> None:
    found = limit(valued(0.95, wilson(95, 100).low, 1.0), bound="low", minimum=0.92)
    n = found.n_needed
    assert wilson(0.95 * n * 0.6, n * 0.6).low < 0.92
    assert wilson(0.95 * n * 1.1, n * 1.1).low > 0.92


@pytest.mark.parametrize("value", [0.89, 0.9])
def test_a_value_at_or_below_the_minimum_needs_no_more_tickets_to_fail(value: float) -> None:
    found = limit(valued(value, 0.8, 0.95), bound="low", minimum=0.9)
    assert (found.outcome, found.n_needed) == ("fail", 0)


def test_a_value_a_hair_above_the_minimum_would_take_too_many_tickets() -> None:
    found = limit(valued(0.900001, 0.8, 0.95), bound="low", minimum=0.9)
    assert (found.outcome, found.n_needed) == ("fail", 0)


def test_a_million_tickets_are_too_many_and_fewer_are_told() -> None:
    # In numbers that binary holds exactly: the end is 100 times as far away as the minimum.
    far = {"value": 0.5 + 1 / 256, "low": 0.5 - 99 / 256, "high": 1.0}
    assert limit(valued(**far, n=100), bound="low", minimum=0.5).n_needed == 0
    assert limit(valued(**far, n=99), bound="low", minimum=0.5).n_needed == 990_000


@pytest.mark.parametrize("low", [0.25 - 1e-9, math.nextafter(0.25, 0)])
def test_an_end_a_hair_below_the_minimum_takes_one_ticket_more(low: float) -> None:
    assert limit(valued(1.0, low, 1.0), bound="low", minimum=0.25).n_needed == 101


def test_a_part_of_a_ticket_is_a_whole_one_more() -> None:
    # 1.5² times 99 tickets.
    assert limit(valued(0.75, 0.375, 1.0, n=99), bound="low", minimum=0.5).n_needed == 223


def test_a_limit_on_a_measured_accuracy() -> None:
    e = evaluate(table([A] * 90 + [B] * 10, ["a"] * 100), Settings())
    accuracy = "accuracy"
    assert limit(accuracy, e, minimum=0.9).outcome == "pass"
    found = limit(accuracy, e, minimum=0.85, bound="low")
    assert (found.outcome, found.value) == ("fail", e.accuracy)
    assert found.value.low == wilson(90, 100).low
    assert found.n_needed > 100
    assert (found.number, found.kind, found.rubric_set) == (3, "limit", "v1")
    assert (found.metric.name, found.metric.label, found.reason) == ("accuracy", None, "Wilson")


def test_a_limit_on_a_label_is_about_that_label() -> None:
    e = evaluate(table([A, A, B, A], ["a", "a", "b", "b"]), Settings())
    by_label = [limit("recall", e, label=label, minimum=0.9) for label in ("a", "b")]
    assert [found.outcome for found in by_label] == ["pass", "fail"]
    assert [found.n for found in by_label] == [2, 2]


def test_a_limit_on_an_unknown_label_is_refused() -> None:
    with pytest.raises(InputError, match="no label is called 'bb'"):
        limit("recall", label="bb", minimum=0.5)


def test_a_calibration_error_is_judged_by_its_value_and_has_no_ends() -> None:
    value = SOME.metric("ece_equal_mass_10").value
    assert limit("ece", maximum=value).outcome == "pass"
    assert limit("ece", maximum=value - 1e-6).outcome == "fail"
    assert limit("ece", maximum=1.0, bound="high").outcome == "inconclusive"


# --- tickets that must pass


def must_pass(side: Judged, *ids: str) -> MustPass:
    return must_pass_gate(2, side, ids)


SIDE = judged(
    table(
        [A, B, WEAK, A, WEAK, C, B],
        ["a", "a", "a", "__none__", "__none__", "zebra", "b"],
        failures=[Failure("gone", "timeout")],
    ),
    ROUTES_ALL,
)


@pytest.mark.parametrize("ticket", ["t0", "t2", "t4", "t6"])
def test_right_tickets_and_those_no_label_fits_in_review_pass(ticket: str) -> None:
    found = must_pass(SIDE, ticket)
    assert (found.outcome, found.tickets, found.n) == ("pass", (), 1)


@pytest.mark.parametrize(
    ("ticket", "what"),
    [
        ("t1", "a, answered b 0.80"),
        ("t3", "__none__, answered a 0.80"),
        ("t5", "zebra, answered c 0.80"),
        ("gone", "no answer"),
        ("never heard of", "no answer"),
    ],
)
def test_a_wrong_routed_or_unanswered_ticket_fails_and_says_what_is_wrong(
    ticket: str, what: str
) -> None:
    found = must_pass(SIDE, "t0", ticket)
    assert (found.outcome, found.n) == ("fail", 2)
    assert found.tickets == (WrongTicket(ticket, what),)


def test_all_wrong_tickets_are_named_in_order_of_id() -> None:
    found = must_pass(SIDE, "t5", "t0", "gone", "t1")
    assert [one.ticket_id for one in found.tickets] == ["gone", "t1", "t5"]
    assert (found.number, found.kind, found.rubric_set, found.n) == (2, "must pass", "v1", 4)


@pytest.mark.parametrize(
    ("outcome", "expected"), [(ROUTE, "fail"), (REVIEW, "pass"), (ESCALATE, "pass")]
)
def test_a_ticket_that_no_label_fits_must_not_be_routed(outcome: int, expected: str) -> None:
    side = Judged(table([A], ["__none__"]), np.array([outcome]))
    assert must_pass(side, "t0").outcome == expected


def test_a_wrong_ticket_fails_wherever_it_goes() -> None:
    for outcome in (ROUTE, REVIEW, ESCALATE):
        assert must_pass(Judged(table([B], ["a"]), np.array([outcome])), "t0").outcome == "fail"


def test_without_any_answer_every_ticket_fails() -> None:
    found = must_pass(judged(table([], []), Policy()), "x", "y")
    assert (found.outcome, len(found.tickets)) == ("fail", 2)


# --- nothing missing


def test_nothing_missing_is_complete() -> None:
    found = complete_gate("v2", 40, [], [])
    assert (found.outcome, found.tickets, found.labels) == ("pass", (), ())
    assert (found.kind, found.n) == ("complete", 40)
    assert found.rubric_set == "v2"


@pytest.mark.parametrize(
    ("missing", "labels"), [(["ff", "01"], []), ([], ["b", "a"]), (["ff"], ["a"])]
)
def test_missing_tickets_or_labels_fail_and_are_named_in_order(
    missing: list[str], labels: list[str]
) -> None:
    found = complete_gate("v2", 40, missing, labels)
    assert found.outcome == "fail"
    assert found.tickets == tuple(WrongTicket(one, "gone") for one in sorted(missing))
    assert found.labels == tuple(sorted(labels))


# --- values


@pytest.mark.parametrize(("failed", "complete"), [((0, 0), True), ((1, 1), True), ((2, 1), False)])
def test_a_report_is_complete_up_to_the_allowed_failures_of_all_sets(
    failed: tuple[int, int], complete: bool
) -> None:
    answers = tuple(
        Answered(name, 10, 10 - n, n, n) for name, n in zip(("v1", "v2"), failed, strict=True)
    )
    summary = DatasetSummary.__new__(DatasetSummary)
    assert GateReport("x", summary, answers, 2, "warn", (), (), ()).complete is complete


def test_results_without_a_value_are_equal() -> None:
    one, other = (limit(valued(math.nan, math.nan, math.nan), minimum=0.5) for _ in range(2))
    assert one == other
    assert one != limit(valued(math.nan, math.nan, math.nan), minimum=0.6)

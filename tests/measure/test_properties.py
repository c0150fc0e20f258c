"""What holds for every table: order means nothing, doubling adds nothing, counts add up."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import NONE, Estimate, Failure, Finding, ScoreTable
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.counts.confusion import ConfusionMatrix
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.routing.equal_coverage import equal_coverage
from ticketbench.measure.rubrics.diagnosis import PairDiagnosis
from ticketbench.measure.thresholds.cost_optimal import NOTHING, cost_optimal_policy
from ticketbench.measure.thresholds.tickets import Tickets

SEARCH = settings(max_examples=7, deadline=None, derandomize=True, database=None)
HOW = Settings(
    policy=Policy(label_thresholds=(("l1", 0.7),)), min_precision=0.8, most_reviewed=0.3, seed=3
)
PATH = tuple[Any, ...]


def judged(base: ScoreTable, candidate: ScoreTable) -> Comparison:
    return compare(base, candidate, min_precision=0.8, policy=HOW.policy, costs=HOW.costs, seed=3)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[ScoreTable, ScoreTable]:
    """Two sets that answer the same few tickets: all scores differ, some golds fit no column."""
    n, seed = draw(st.integers(1, 40)), draw(st.integers(0, 10_000))
    one, other = random_table(n, k=4, seed=seed), random_table(n, k=4, seed=seed + 10_000)
    gold = [one.gold_labels[i] for i in one.truth]
    strange = draw(st.lists(st.sampled_from(["__none__", "zebra"]), max_size=3))
    gold[: len(strange)] = strange[:n]
    mixed = 0.6 * one.scores + 0.4 * other.scores
    failures = [Failure(f"f{i}", "timeout") for i in range(draw(st.integers(0, 2)))]
    first, second = (
        table(s.tolist(), gold, labels=one.labels, rubric_set=name, failures=failures)
        for s, name in ((one.scores, "v1"), (mixed, "v2"))
    )
    return first, second


@st.composite
def grouped_tables(draw: st.DrawFn) -> ScoreTable:
    """A table with ties, groups of any size, all_labels and failures."""
    n = draw(st.integers(0, 25) | st.integers(50, 70))
    cut = st.tuples(st.integers(0, 20), st.integers(0, 20))
    cuts = draw(st.lists(cut, min_size=n, max_size=n))
    rows = [(min(c) / 20, (max(c) - min(c)) / 20, (20 - max(c)) / 20) for c in cuts]
    names = st.sampled_from(["a", "b", "c", "__none__", "zebra"])
    gold = draw(st.lists(names, min_size=n, max_size=n))
    groups = draw(st.none() | st.lists(st.integers(0, 6), min_size=n, max_size=n))
    failures = [Failure(f"f{i}", "timeout") for i in range(draw(st.integers(0, 3)))]
    wanted = [["a", "b"] if i % 3 == 0 else [g] for i, g in enumerate(gold)]
    return table(rows, gold, groups=groups, failures=failures, wanted=wanted or None)


def with_columns(of: ScoreTable, order: list[int]) -> ScoreTable:
    """The same answers of a rubric set whose labels stand in another order."""
    k = len(of.labels)
    place = np.append(np.argsort(order), np.arange(k, len(of.gold_labels)))
    truth = np.where(of.truth == NONE, NONE, place[np.maximum(of.truth, 0)])
    labels = tuple(of.labels[i] for i in order)
    return replace(
        of,
        labels=labels,
        gold_labels=(*labels, *of.gold_labels[k:]),
        truth=truth,
        scores=of.scores[:, order].copy(),
    )


def twice(of: ScoreTable) -> ScoreTable:
    """Every ticket a second time, in the group of the first."""
    doubled = of.rows(np.repeat(np.arange(of.n_scored), 2))
    return replace(doubled, ids=tuple(f"{name}.{i % 2}" for i, name in enumerate(doubled.ids)))


def leaves(value: Any, path: PATH = ()) -> Iterator[tuple[PATH, Any]]:
    """Every number and text of a result under its path; labels and pairs by name, not place."""
    if isinstance(value, ConfusionMatrix):
        for row, counts in zip(value.rows, value.counts, strict=True):
            for column, n in zip(value.columns, counts, strict=True):
                yield (*path, row, column), n
    elif isinstance(value, PairDiagnosis) and value.first > value.second:
        swapped = replace(
            value,
            first=value.second,
            second=value.first,
            first_as_second=value.second_as_first,
            second_as_first=value.first_as_second,
            n_first=value.n_second,
            n_second=value.n_first,
        )
        yield from leaves(swapped, path)
    elif isinstance(value, Finding):
        yield (*path, "code"), value.code  # its words list labels in their order
    elif is_dataclass(value):
        for one in fields(value):
            if one.name != "labels" or not isinstance(value, Evaluation):
                yield from leaves(getattr(value, one.name), (*path, one.name))
    elif isinstance(value, tuple | list):
        for i, item in enumerate(value):
            yield from leaves(item, (*path, _name(item) or i))
    else:
        yield path, value


def _name(item: Any) -> Any:
    if isinstance(item, PairDiagnosis):
        return frozenset((item.first, item.second))
    return getattr(item, "label", None)


def _drawn(of: Estimate) -> bool:
    return any(word in of.method for word in ("bootstrap", "resample", "draws"))


def resampled(value: Any, path: PATH = ()) -> Iterator[tuple[PATH, Estimate]]:
    """Every estimate whose interval was drawn."""
    if isinstance(value, Estimate):
        if _drawn(value):
            yield path, value
    elif is_dataclass(value):
        for one in fields(value):
            yield from resampled(getattr(value, one.name), (*path, one.name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from resampled(item, (*path, i))


def alike(one: Any, other: Any, *, skip: frozenset[PATH] = frozenset()) -> list[str]:
    """Where two results differ by more than rounding."""
    first, second = dict(leaves(one)), dict(leaves(other))
    if first.keys() != second.keys():
        return [f"only in one: {first.keys() ^ second.keys()}"]
    found = []
    for path, value in first.items():
        near = value == second[path]
        if isinstance(value, float) and isinstance(second[path], float):
            near = second[path] == pytest.approx(value, abs=1e-8, nan_ok=True)
        if not near and path not in skip:
            found.append(f"{path}: {value} and {second[path]}")
    return found


def drawn_ends(*results: Any) -> frozenset[PATH]:
    """The paths of ends and methods that come from draws, which follow the order of the cells."""
    return frozenset(
        (*path, end)
        for result in results
        for path, _ in resampled(result)
        for end in ("low", "high", "method")
    )


@SEARCH
@given(pairs(), st.permutations(range(4)))
def test_the_order_of_labels_changes_no_value(
    pair: tuple[ScoreTable, ScoreTable], order: list[int]
) -> None:
    moved = [with_columns(t, order) for t in pair]
    for of, with_moved in zip(pair, moved, strict=True):
        one, other = evaluate(of, HOW), evaluate(with_moved, HOW)
        assert alike(one, other, skip=drawn_ends(one, other)) == []
    one_pair, other_pair = judged(*pair), judged(*moved)
    assert alike(one_pair, other_pair, skip=drawn_ends(one_pair, other_pair)) == []
    assert alike(equal_coverage(pair), equal_coverage(moved)) == []


@SEARCH
@given(pairs(), st.integers(0, 10_000))
def test_the_order_of_independent_tickets_changes_nothing(
    pair: tuple[ScoreTable, ScoreTable], seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(pair[0].n_scored)
    moved = [t.rows(order) for t in pair]
    for of, with_moved in zip(pair, moved, strict=True):
        assert alike(evaluate(of, HOW), evaluate(with_moved, HOW)) == []
    assert alike(judged(*pair), judged(*moved)) == []
    assert alike(equal_coverage(pair), equal_coverage(moved)) == []


@SEARCH
@given(pairs())
def test_equal_tables_give_equal_results(pair: tuple[ScoreTable, ScoreTable]) -> None:
    copies = [replace(t, scores=t.scores.copy()) for t in pair]
    assert evaluate(pair[0], HOW) == evaluate(copies[0], HOW)
    assert judged(*pair) == judged(*copies)


def closed_form_ends(value: Any, path: PATH = ()) -> Iterator[tuple[PATH, float]]:
    """Both ends of every estimate that no resampling made, and ends that have their own fields."""
    if isinstance(value, Estimate):
        if not _drawn(value):
            yield (*path, "value"), value.value
            yield (*path, "low"), value.low
            yield (*path, "high"), value.high
    elif is_dataclass(value):
        for one in fields(value):
            inside = getattr(value, one.name)
            if one.name in CLOSED_FORM_FIELDS and isinstance(inside, float):
                yield (*path, one.name), inside
            elif one.name not in BY_TICKET:
                yield from closed_form_ends(inside, (*path, one.name))
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from closed_form_ends(item, (*path, i))


CLOSED_FORM_FIELDS = {"low", "high", "precision_low", "precision_high", "threshold", "p", "p_holm"}
CLOSED_FORM_FIELDS |= {"sign_flip_p", "detectable", "ece_p", "ece_expected", "spiegelhalter_p"}

BY_TICKET = {"reliability", "histogram", "risk_coverage", "escalation_sweep", "flips"}
BY_TICKET |= {"share_wrong"}
"""Descriptions of tickets, which follow their number: bins, points, one more counted as wrong."""

AUGRC = "augrc"


def without_ranking(of: Comparison | Evaluation) -> Comparison | Evaluation:
    """Without AUGRC: as a mean over k = 1..n it depends on n by definition."""
    if isinstance(of, Evaluation):
        return replace(of, metrics=tuple(m for m in of.metrics if m.name != AUGRC))
    return replace(of, differences=tuple(d for d in of.differences if d.name != AUGRC))


@SEARCH
@given(st.integers(5, 8), st.integers(0, 10_000))
def test_tickets_twice_in_groups_of_two_leave_every_closed_form_interval(
    tens: int, seed: int
) -> None:
    # Enough to choose thresholds, and whole tens, so that the ten bins of the calibration error
    # hold the same tickets.
    base = random_table(10 * tens, seed=seed)
    other = random_table(10 * tens, seed=seed + 10_000)
    candidate = replace(
        base,
        scores=0.6 * base.scores + 0.4 * other.scores,
        provenance=replace(base.provenance, rubric_set="v2"),
    )
    pair, doubled = (base, candidate), (twice(base), twice(candidate))
    both = [
        (without_ranking(evaluate(base, HOW)), without_ranking(evaluate(doubled[0], HOW))),
        (without_ranking(judged(*pair)), without_ranking(judged(*doubled))),
        (equal_coverage(pair), equal_coverage(doubled)),
    ]
    for one, two in both:
        ends, again = dict(closed_form_ends(one)), dict(closed_form_ends(two))
        assert ends.keys() == again.keys()
        assert len(ends) > 20
        moved = {
            path: (end, again[path])
            for path, end in ends.items()
            if again[path] != pytest.approx(end, abs=1e-9, nan_ok=True)
        }
        assert moved == {}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tickets_twice_in_groups_of_two_leave_resampled_intervals_within_half_a_point(
    seed: int,
) -> None:
    base, other = random_table(800, seed=seed), random_table(800, seed=seed + 100)
    candidate = replace(
        base,
        scores=0.6 * base.scores + 0.4 * other.scores,
        provenance=replace(base.provenance, rubric_set="v2"),
    )
    for one, two, fewest in (
        (evaluate(base, HOW), evaluate(twice(base), HOW), 3),
        (judged(base, candidate), judged(twice(base), twice(candidate)), 1),
    ):
        ends, again = dict(resampled(one)), dict(resampled(two))
        assert ends.keys() == again.keys()
        assert len(ends) >= fewest
        for path, of in ends.items():
            end = (of.low, of.high)
            assert (again[path].low, again[path].high) == pytest.approx(end, abs=0.005), path


@SEARCH
@given(grouped_tables())
def test_every_count_adds_up(of: ScoreTable) -> None:
    e = evaluate(of, HOW)
    assert e.n_requested == e.n_scored + e.n_failed
    assert e.n_scored == e.tickets.n_labelled + e.tickets.n_none
    routings = [e.routing.summary, *(t.in_sample for t in e.thresholds)]
    held_out = [t.out_of_sample for t in e.thresholds if t.n_folds > 1]
    routings += [r for r in held_out if r is not None]
    for r in routings:
        assert r.routed + r.reviewed + r.escalated == r.n == e.n_scored
        assert r.right + r.wrong == r.routed
    for p in e.routing.sweep:
        assert p.routed + p.reviewed + p.escalated == e.n_scored
        assert p.right + p.wrong == p.routed
    for cells in (e.by_label.confusion, e.routing.confusion):
        assert sum(map(sum, cells.counts)) == cells.n == e.n_scored
    assert sum(b.n for b in e.calibration.reliability) == e.calibration.check.n == e.n_scored
    assert sum(b.right + b.wrong for b in e.calibration.histogram) == e.n_scored
    assert sum(label.n for label in e.calibration.by_label) == e.n_scored
    assert e.tickets.n_groups == len(set(of.groups.tolist())) == e.calibration.check.n_groups


@SEARCH
@given(grouped_tables())
def test_every_interval_holds_its_value(of: ScoreTable) -> None:
    found = dict(closed_form_ends(evaluate(of, HOW)))
    for (*path, name), value in found.items():
        low = found.get((*path, "low"), math.nan)
        high = found.get((*path, "high"), math.nan)
        if name == "value" and not math.isnan(value) and not math.isnan(low):
            assert low - 1e-9 <= value <= high + 1e-9, path


FIXED = random_table(60, seed=9)


def cheapest(costs: Costs) -> Policy:
    return cost_optimal_policy(Tickets.of(FIXED, Policy()), Policy(), costs)


COST = st.integers(0, 5000).map(lambda cents: cents / 100)


@settings(SEARCH, max_examples=100)
@given(COST, COST, COST)
def test_a_dearer_misroute_never_lowers_the_cost_optimal_threshold(
    misroute: float, more: float, review: float
) -> None:
    one, other = (cheapest(Costs(m, review)) for m in (misroute, misroute + more))
    assert other.threshold >= one.threshold
    assert other.temperature == one.temperature


@settings(SEARCH, max_examples=100)
@given(COST, COST, COST)
def test_a_dearer_review_never_raises_the_cost_optimal_threshold(
    misroute: float, review: float, more: float
) -> None:
    one, other = (cheapest(Costs(misroute, r)) for r in (review, review + more))
    assert other.threshold <= one.threshold


def chosen(settings_: Settings, rule: str) -> float:
    found = {t.rule: t.threshold for t in evaluate(FIXED, settings_).thresholds}
    return found[rule]


def test_the_thresholds_of_an_evaluation_follow_the_costs() -> None:
    by_misroute = [chosen(Settings(costs=Costs(m)), "cost_optimal") for m in (1, 2, 5, 20)]
    by_review = [chosen(Settings(costs=Costs(5, r)), "cost_optimal") for r in (0.5, 1, 2, 6)]
    assert by_misroute == sorted(set(by_misroute))
    assert by_review == sorted(set(by_review), reverse=True)
    assert chosen(Settings(costs=Costs(1000, 0)), "cost_optimal") == NOTHING


def test_room_for_more_reviews_never_lowers_the_capacity_threshold() -> None:
    shares = (0.0, 0.1, 0.3, 0.6, 1.0)
    found = [chosen(Settings(most_reviewed=share), "capacity") for share in shares]
    assert found == sorted(found)
    assert found[0] < found[-1] == 1.0


def test_a_higher_target_never_lowers_the_descriptive_threshold() -> None:
    found = [chosen(Settings(min_precision=p), "descriptive") for p in (0.5, 0.7, 0.8, 0.9)]
    assert found == sorted(found)

"""Two sets compared in parts: as two tables are, and the same to the bit however they are cut."""

from __future__ import annotations

from dataclasses import astuple, replace
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parted import Whole, assert_identical, random_whole
from tables import table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import ScoreTable
from ticketbench.measure.compare import compare
from ticketbench.measure.pairs.changes import MetricChange
from ticketbench.measure.parts.pairs.comparison import NO_INTERVAL, comparison
from ticketbench.measure.parts.pairs.joint import Joint, joint_statistics, merge_joint

POLICY = Policy(threshold=0.5, escalate_above=0.3)
COSTS = Costs(5, 1, 1.5, missed=2.0)
UNTOLD = ("ece_equal_mass_10", "smooth_ece", "auroc", "augrc")


def candidate_of(whole: Whole, *, seed: int, moved: float, labels: tuple[str, ...]) -> ScoreTable:
    """Answers of another set to the same tickets but one, of which a share has moved."""
    base, rng = whole.table, np.random.default_rng(seed)
    gold = [NONE_LABEL if t < 0 else base.gold_labels[t] for t in base.truth.tolist()]
    odds = rng.dirichlet(np.ones(len(labels)), base.n_scored).round(3)
    if labels == base.labels:
        keep = rng.random(base.n_scored) >= moved
        odds[keep] = base.scores[keep]
    fits = None
    if base.wanted is not None:
        fits = [[base.gold_labels[j] for j in np.flatnonzero(row)] for row in base.wanted]
    found = table(odds.tolist(), gold, labels=labels, rubric_set="v2", wanted=fits)
    found = replace(found, ids=base.ids, groups=base.groups)
    return found.rows(np.arange(base.n_scored) > 0)


def joint_of(whole: Whole, candidate: ScoreTable, n: int, order: list[int]) -> Joint:
    """From n parts in this order."""
    of_row = np.arange(whole.table.n_scored) % n
    at = {ticket: of_row[i] for i, ticket in enumerate(whole.table.ids)}
    own = np.array([at[ticket] for ticket in candidate.ids], dtype=np.int64)
    parts = [
        joint_statistics(base.table, other.table, POLICY, seed=0, groups=base.groups)
        for base, other in zip(
            whole.parts(of_row, n), Whole(candidate, None).parts(own, n), strict=True
        )
    ]
    return reduce(merge_joint, [parts[i] for i in order])


@st.composite
def cases(draw: st.DrawFn) -> tuple[Whole, ScoreTable]:
    whole = random_whole(
        draw(st.sampled_from([0, 1, 40, 90])),
        seed=draw(st.integers(0, 300)),
        n_groups=draw(st.sampled_from([None, 1, 6, 40])),
        wanted=draw(st.booleans()),
    )
    labels = draw(st.sampled_from([("l0", "l1", "l2"), ("l2", "x", "l0", "new")]))
    moved = draw(st.sampled_from([0.0, 0.05, 0.5]))
    seed = draw(st.integers(0, 9))
    return whole, candidate_of(whole, seed=seed, moved=moved, labels=labels)


def assert_near(found: MetricChange, expected: MetricChange) -> None:
    named = [(c.name, c.label, c.title, c.change.n, c.change.n_changed) for c in (found, expected)]
    assert named[0] == named[1]
    for of in (lambda c: (c.base, c.candidate, c.p, c.p_holm), lambda c: astuple(c.change)[:7]):
        np.testing.assert_allclose(of(found), of(expected), rtol=0, atol=1e-9, err_msg=named[0][0])
    assert found.difference.method == expected.difference.method


@settings(max_examples=20)
@given(cases())
def test_every_change_that_is_told_is_that_of_two_tables(case: tuple[Whole, ScoreTable]) -> None:
    whole, candidate = case
    found = comparison(joint_of(whole, candidate, 3, [2, 0, 1]), costs=COSTS)
    expected = compare(whole.table, candidate, policy=POLICY, costs=COSTS)
    for name in ("n_paired", "n_groups", "unpaired", "contingency", "fragility"):
        assert getattr(found, name) == getattr(expected, name), name
    assert (found.verdict.outcome, found.verdict.not_worse, found.verdict.tickets_needed) == (
        expected.verdict.outcome,
        expected.verdict.not_worse,
        expected.verdict.tickets_needed,
    )
    ends = [(c.verdict.low, c.verdict.high, c.sign_flip_p) for c in (found, expected)]
    np.testing.assert_allclose(*ends, rtol=0, atol=1e-9)
    for own, of in zip(found.label_differences, expected.label_differences, strict=True):
        assert_near(own, of)
    for own, of in zip(found.differences, expected.differences, strict=True):
        if own.name in UNTOLD:
            values = [(c.base, c.candidate, c.change.value) for c in (own, of)]
            np.testing.assert_allclose(*values, rtol=0, atol=1e-8)
        else:
            assert_near(own, of)
    if whole.groups is None:
        shifts = [astuple(c.marginal_shift) for c in (found, expected)]
        np.testing.assert_allclose(*shifts, rtol=0, atol=1e-9)


@settings(max_examples=15)
@given(cases(), st.integers(2, 5), st.data())
def test_any_cut_and_order_says_the_same(
    case: tuple[Whole, ScoreTable], n: int, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(n)))
    found, whole = joint_of(*case, n, list(order)), joint_of(*case, 1, [0])
    assert_identical(found, whole)


def test_only_functions_of_a_whole_table_are_left_without_an_interval() -> None:
    whole = random_whole(60)
    candidate = candidate_of(whole, seed=1, moved=0.5, labels=("l0", "l1", "l2"))
    found = comparison(joint_of(whole, candidate, 2, [0, 1]), costs=COSTS)
    untold = [each.name for each in found.differences if each.change.method == NO_INTERVAL]
    assert tuple(untold) == UNTOLD
    assert found.flips == ()


def test_parts_of_other_sets_and_tables_of_other_datasets_are_refused() -> None:
    whole = random_whole(6)
    one = joint_statistics(whole.table, whole.table, POLICY, seed=0)
    other = joint_statistics(whole.table, whole.table, POLICY, seed=1)
    with pytest.raises(InputError, match="not of one rubric set"):
        merge_joint(one, other)
    moved = replace(whole.table.provenance, dataset_fingerprint="e")
    with pytest.raises(InputError, match="different datasets"):
        joint_statistics(whole.table, replace(whole.table, provenance=moved), POLICY, seed=0)

"""What parts tell together is what one table tells, wherever parts tell it."""

from __future__ import annotations

import math
from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parted import Whole, merged, random_whole
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Estimate
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.parts.evaluation import evaluation
from ticketbench.measure.parts.metrics import NOT_TOLD

POLICIES = (
    Policy(threshold=0.6, escalate_above=0.3),
    Policy(threshold=0.5, escalate_above=1.0),
    Policy(0.7, 0.25, label_thresholds=(("l1", 0.45), ("gone", 0.1))),
    Policy(0.7, 0.25, temperature=1.3),
)


def both(whole: Whole, of: Settings) -> tuple[Evaluation, Evaluation]:
    """From seven parts, and from the table."""
    n = whole.table.n_scored
    parts = whole.parts(np.arange(n) % 7, 7)
    counted = [part.statistics(of.policy, seed=of.seed) for part in parts]
    who = whole.table.provenance
    found = evaluation(
        merged(counted), of, dataset=who.dataset, fingerprint=who.dataset_fingerprint
    )
    return found, evaluate(whole.table, of)


def assert_near(found: Estimate, expected: Estimate, *, off: float = 1e-12) -> None:
    assert (found.n, found.method) == (expected.n, expected.method)
    ends = [(each.value, each.low, each.high) for each in (found, expected)]
    np.testing.assert_allclose(*ends, rtol=0, atol=off)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Whole, Settings]:
    whole = random_whole(
        draw(st.sampled_from([0, 1, 30, 80])),
        seed=draw(st.integers(0, 500)),
        n_groups=draw(st.sampled_from([None, 1, 5, 40])),
        wanted=draw(st.booleans()),
    )
    costs = draw(st.sampled_from([Costs(), Costs(8, 1, 0.5, missed=2.0)]))
    return whole, Settings(policy=draw(st.sampled_from(POLICIES)), costs=costs)


@settings(max_examples=20)
@given(cases())
def test_labels_matrices_and_outcomes_are_those_of_the_table(case: tuple[Whole, Settings]) -> None:
    found, expected = both(*case)
    assert found.tickets == replace(expected.tickets, failures=())
    assert found.accuracy_bounds == expected.accuracy_bounds
    assert found.by_label.confusion == expected.by_label.confusion
    assert found.routing.confusion == expected.routing.confusion
    for own, of in zip(found.by_label.results, expected.by_label.results, strict=True):
        assert (own.label, own.support, own.predicted) == (of.label, of.support, of.predicted)
        for metric, told in zip(own.metrics, of.metrics, strict=True):
            assert_near(metric.estimate, told.estimate)
    summaries = found.routing.summary, expected.routing.summary
    counts = [astuple(each)[:7] for each in summaries]
    assert counts[0] == counts[1]
    assert_near(summaries[0].any_label_precision, summaries[1].any_label_precision)
    for metric, told in zip(*(each.metrics for each in summaries), strict=True):
        assert_near(metric.estimate, told.estimate)
    assert_near(found.routing.saving.per_ticket, expected.routing.saving.per_ticket)
    assert found.routing.saving.wrong == expected.routing.saving.wrong
    ours, theirs = found.routing.escalation, expected.routing.escalation
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert (ours.queue, ours.needed) == (theirs.queue, theirs.needed)
        assert_near(ours.precision, theirs.precision)
        assert_near(ours.recall, theirs.recall)


@settings(max_examples=20)
@given(cases())
def test_metrics_and_the_sweep_are_those_of_the_table(case: tuple[Whole, Settings]) -> None:
    found, expected = both(*case)
    for own, of in zip(found.metrics, expected.metrics, strict=True):
        assert replace(own, estimate=of.estimate) == of
        if own.name == "auroc" and case[0].groups is not None:
            assert own.estimate.value == pytest.approx(of.estimate.value, nan_ok=True)
        else:
            assert_near(own.estimate, of.estimate, off=1e-8)
    ours, theirs = ([astuple(point) for point in e.routing.sweep] for e in (found, expected))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    for one, told in zip(found.calibration.by_label, expected.calibration.by_label, strict=True):
        assert one.label == told.label
        assert one.mean_score == pytest.approx(told.mean_score, abs=1e-9, nan_ok=True)
        assert_near(one.accuracy, told.accuracy)
    curves = [e.routing.risk_coverage for e in (found, expected)]
    if case[1].policy.temperature == 1:
        areas = [(each.n, each.aurc, each.augrc) for each in curves]
        np.testing.assert_allclose(*areas, rtol=0, atol=1e-9)
    assert found.calibration.histogram == expected.calibration.histogram
    checks = [e.calibration.check for e in (found, expected)]
    numbers = [
        (c.n, c.n_groups, c.ece, c.ece_debiased, c.smooth_ece, *astuple(c.corp)) for c in checks
    ]
    np.testing.assert_allclose(*numbers, rtol=0, atol=1e-9)


@pytest.mark.parametrize("policy", POLICIES[:3])
@pytest.mark.parametrize("seed", range(3))
def test_thresholds_chosen_on_all_tickets_route_the_same_ones(policy: Policy, seed: int) -> None:
    whole = random_whole(400, seed=seed, decimals=5)
    given_ = Settings(policy=policy, min_precision=0.7, most_reviewed=0.3)
    found, expected = both(whole, given_)
    theirs = {each.rule: each for each in expected.thresholds}
    assert [each.rule for each in found.thresholds] == [
        "certified", "cost_optimal", "capacity", "descriptive"
    ]  # fmt: skip
    for own in found.thresholds:
        of = theirs[own.rule]
        assert own.threshold == pytest.approx(of.threshold, abs=1e-12, nan_ok=True)
        assert (own.escalate_above, own.title) == (of.escalate_above, of.title)
        assert astuple(own.in_sample)[:7] == astuple(of.in_sample)[:7]
        assert_near(own.share_wrong, of.share_wrong)
        assert (own.out_of_sample is None) == (of.out_of_sample is None)
        if own.certificate and of.certificate:
            np.testing.assert_equal(
                [own.certificate.n, own.certificate.outlook, own.certificate.reach],
                [of.certificate.n, of.certificate.outlook, of.certificate.reach],
            )
            assert own.certificate.tested == of.certificate.tested
            assert_near(own.saving.per_ticket, of.saving.per_ticket)
        else:
            assert own.saving.held_out
            assert own.saving.per_ticket.value == pytest.approx(of.saving.per_ticket.value, abs=0.2)


def test_findings_are_those_of_the_table_and_one_that_names_what_is_left_out() -> None:
    whole = random_whole(60, decimals=2, n_groups=3)
    whole = replace(whole, table=replace(whole.table, stated=np.zeros(60, dtype=np.int64)))
    found, expected = both(whole, Settings())
    told = [each for each in expected.findings if each.code != "TB211"]
    assert found.findings[:-1] == tuple(told)
    last = found.findings[-1]
    assert last.code == "TB215"
    assert "temperature" in last.evidence
    assert "certified_by_label" in last.evidence


def test_another_policy_than_that_of_the_parts_is_refused() -> None:
    counted = random_whole(5).statistics(POLICIES[0])
    with pytest.raises(ValueError, match="policy and seed"):
        evaluation(counted, Settings(policy=POLICIES[1]))


def test_a_price_of_missed_escalations_leaves_the_choice_of_a_limit_out() -> None:
    of = Settings(policy=POLICIES[0], costs=Costs(missed=3.0))
    found, _ = both(random_whole(80), of)
    assert "cost_optimal" not in [each.rule for each in found.thresholds]
    assert "cost_optimal" in found.findings[-1].evidence


def test_with_groups_the_certificate_rests_on_one_ticket_of_each() -> None:
    whole = random_whole(900, n_groups=60, decimals=5)
    of = Settings(policy=POLICIES[1], min_precision=0.6)
    found, expected = both(whole, of)
    ours, theirs = (e.thresholds[0].certificate for e in (found, expected))
    assert ours is not None
    assert theirs is not None
    assert ours.n_groups == theirs.n_groups == whole.table.n_groups
    assert math.isnan(ours.threshold) == math.isnan(theirs.threshold)


def test_what_has_no_counted_form_is_undefined_and_says_so() -> None:
    assert NOT_TOLD == "not told of a dataset in parts"

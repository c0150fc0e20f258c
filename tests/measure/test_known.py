"""What is known of each answer decides what is measured, and changes nothing that it tells."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from tables import random_table, table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.types import Known, ScoreTable
from ticketbench.edge.results.store import envelope
from ticketbench.measure.compare import compare
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.recommendation import Recommendation, Today, recommend
from ticketbench.measure.standing import Standing

SEARCH = settings(max_examples=6, deadline=None, derandomize=True, database=None)
OFF = Settings(policy=Policy(escalate_above=1.0))
OF_ALL = ("log_loss", "brier_multiclass")


def told(table: ScoreTable, how: Settings = OFF) -> tuple[Evaluation, Recommendation]:
    found = evaluate(table, how)
    today = Today("v1", found.settings.policy)
    return found, recommend([table], [found], Standing((), (), ()), today)


def plain(value: object) -> Any:
    return json.loads(envelope("score", value))["data"]


@SEARCH
@given(st.integers(0, 10_000), st.integers(1, 90), st.booleans())
def test_without_escalation_the_top_score_alone_says_what_every_score_says(
    seed: int, n: int, grouped: bool
) -> None:
    whole = random_table(n, k=3, seed=seed, n_groups=max(1, n // 2) if grouped else None)
    (all_, advice), (top, same) = told(whole), told(whole.reduced("top score"))
    for name in METRICS.names():
        if name in (m.name for m in all_.metrics) and name not in OF_ALL:
            assert plain(top.metric(name)) == plain(all_.metric(name)), name
    for chapter in ("summary", "saving", "confusion", "sweep", "risk_coverage"):
        of = getattr(top.routing, chapter), getattr(all_.routing, chapter)
        assert plain(of[0]) == plain(of[1]), chapter
    assert plain(top.thresholds) == plain(all_.thresholds)
    assert plain(top.by_label.results) == plain(all_.by_label.results)
    assert plain(same.setting) == plain(advice.setting)


@SEARCH
@given(st.integers(0, 10_000), st.integers(1, 60))
def test_the_top_label_alone_says_what_is_about_labels(seed: int, n: int) -> None:
    whole = random_table(n, k=3, seed=seed)
    all_, only = told(whole)[0], told(whole.reduced("top label"))[0]
    for name in ("accuracy", "macro_f1", "balanced_accuracy", "mcc"):
        assert plain(only.metric(name)) == plain(all_.metric(name))
    assert plain(only.by_label.confusion) == plain(all_.by_label.confusion)
    for own, other in zip(only.by_label.results, all_.by_label.results, strict=True):
        assert plain((own.recall, own.precision, own.f1)) == plain(
            (other.recall, other.precision, other.f1)
        )


def test_what_needs_more_is_undefined_and_names_its_reason() -> None:
    top = told(random_table(60, seed=1).reduced("top score"))[0]
    for name in OF_ALL:
        assert math.isnan(top.metric(name).value)
        assert top.metric(name).method == "needs the score of every label"
    only = told(random_table(60, seed=1).reduced("top label"))[0]
    for name in ("brier_top_label", "ece_equal_mass_10", "auroc"):
        assert only.metric(name).method == "needs the score of the top label"
    recall = only.by_label.results[0].metric("routed_recall")
    assert recall.method == "needs the score of the top label"


@pytest.mark.parametrize("known", ["top score", "top label"])
def test_no_number_is_made_up_of_scores_that_nobody_said(known: Known) -> None:
    found, _ = told(random_table(60, seed=2).reduced(known))
    pair = found.by_label.diagnosis.pairs[0]
    assert (pair.both_high, pair.leading, pair.near_ties) == (None, None, None)
    assert not pair.apart.defined
    assert all(math.isnan(one.score) for one in found.by_label.diagnosis.labels)
    assert math.isnan(found.calibration.temperature.temperature)
    assert found.calibration.temperature.n == 0
    assert found.settings.policy.escalate_above == 1
    if known == "top label":
        assert (found.routing.summary.n, found.routing.summary.reviewed) == (0, 0)
        assert found.calibration.check.n == 0
        assert found.calibration.reliability == ()


def test_escalation_is_off_whatever_the_policy_says() -> None:
    wanted = [["l0", "l1"]] * 60
    whole = random_table(60, seed=2)
    marks = np.array([[name in fits for name in whole.gold_labels] for fits in wanted])
    found, advice = told(replace(whole, wanted=marks).reduced("top score"), Settings())
    assert found.routing.summary.escalated == 0
    assert found.routing.escalation is None
    assert found.routing.escalation_sweep == ()
    assert found.metric("escalation_recall").method == "needs the score of every label"
    assert advice.setting is not None
    assert advice.setting.escalate_above == 1


def test_without_any_score_no_threshold_is_recommended() -> None:
    found, advice = told(random_table(60, seed=2).reduced("top label"))
    assert (advice.kind, advice.setting, found.thresholds) == ("no scores", None, ())


def test_a_temperature_needs_every_score() -> None:
    how = Settings(policy=Policy(temperature=1.3))
    with pytest.raises(InputError, match="a temperature needs the score of every label"):
        evaluate(random_table(9).reduced("top score"), how)


def test_no_tickets_are_no_tickets_whatever_is_known() -> None:
    for known in ("top score", "top label"):
        assert told(random_table(5).rows(np.arange(0)).reduced(known))[0].n_scored == 0


def test_labels_alone_agree_with_scikit_learn() -> None:
    whole = random_table(80, seed=5).reduced("top label")
    found = told(whole)[0]
    assert found.accuracy.value == pytest.approx(accuracy_score(whole.truth, whole.top))
    macro = f1_score(whole.truth, whole.top, average="macro")
    assert found.metric("macro_f1").value == pytest.approx(macro)


@SEARCH
@given(st.integers(0, 10_000))
def test_a_comparison_of_top_scores_is_that_of_every_score(seed: int) -> None:
    a, b = random_table(40, seed=seed), random_table(40, seed=seed + 1)
    b = replace(b, truth=a.truth.copy(), gold_labels=a.gold_labels)
    whole = compare(a, b, policy=OFF.policy, costs=OFF.costs)
    top = compare(
        a.reduced("top score"), b.reduced("top score"), policy=OFF.policy, costs=OFF.costs
    )
    for one, other in zip(top.differences, whole.differences, strict=True):
        if one.name in OF_ALL:
            assert one.change.method == "needs the score of every label"
        else:
            assert plain(one) == plain(other)
    assert plain(top.flips) == plain(whole.flips)
    assert (top.known, whole.known) == ("top score", "every score")


def test_answers_without_scores_are_never_taken_for_the_same_system() -> None:
    one = random_table(40, seed=3).reduced("top label")
    found = compare(one, one, policy=OFF.policy, costs=OFF.costs)
    assert found.accuracy.low < 0 < found.accuracy.high
    assert [d.name for d in found.differences if d.difference.defined] == [
        "accuracy", "macro_f1", "balanced_accuracy", "mcc"
    ]  # fmt: skip
    assert all(math.isnan(flip.base_score) for flip in found.flips)


def test_a_tie_at_the_top_stays_with_its_label() -> None:
    whole = table([[0.5, 0.5, 0.0]], ["a"])
    assert whole.reduced("top score").top.tolist() == [0]
    assert whole.reduced("top score").reduced("every score").known == "top score"

"""Measuring a file of predictions: what the order of its rows may change."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tables import ORACLES
from ticketbench.core.policy import Policy
from ticketbench.flow.score import score
from ticketbench.measure.evaluation import Settings


@pytest.mark.parametrize("name", ["c_tiny_n40_k3", "p_paired_rubric_a"])
def test_the_order_of_the_rows_of_a_file_changes_no_result(name: str, tmp_path: Path) -> None:
    head, *rows = (ORACLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    found = []
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)
        file = tmp_path / "predictions.csv"
        file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        found.append(score(file, reference=True))
    one, other = found
    assert repr(one.recommendation) == repr(other.recommendation)
    # As text: numbers to the last bit, and one NaN like another.
    assert one.reference
    assert repr(one.reference) == repr(other.reference)
    for field in ("metrics", "by_label", "routing", "thresholds", "calibration"):
        assert getattr(one.evaluation, field) == getattr(other.evaluation, field)


def test_a_table_runs_today_at_the_policy_it_is_measured_at() -> None:
    policy = Policy(threshold=0.8, escalate_above=0.4)
    found = score(ORACLES / "a_calibrated_n500_k4.csv", settings=Settings(policy=policy))
    today = found.recommendation.today
    assert (today.threshold, today.escalate_above) == (0.8, 0.4)
    assert today.rubric_set == found.recommendation.rubric_set
    assert today.saving.per_ticket == found.evaluation.routing.saving.per_ticket


def test_a_stated_target_is_promised_first_and_money_comes_after() -> None:
    file = ORACLES / "a_calibrated_n500_k4.csv"
    asked = Settings(min_precision=0.85, target_stated=True, prices_stated=True)
    kinds = [
        score(file, settings=replace(asked, target_stated=stated)).recommendation.kind
        for stated in (True, False)
    ]
    assert kinds == ["promise", "money"]

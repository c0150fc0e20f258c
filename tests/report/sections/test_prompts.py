"""The section about prompts: its numbers are those of the policy, whatever the tickets are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.report.rendering import Report
from ticketbench.report.sections import RenderedSection, rendered_sections
from ticketbench.report.sections.prompts import prompt_rows

FEW = table(
    [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.45, 0.4, 0.15], [0.34, 0.33, 0.33]],
    ["a", "b", "__none__", "a", "a"],
    labels=("a", "b", "c"),
)


def run(of: ScoreTable, policy: Policy | None = None) -> RunResults:
    summary = DatasetSummary("d.csv", "f" * 64, len(of.ids), ())
    return run_results("r", summary, (), [of], Settings(policy or Policy(), prompts=True), (), None)


def fold(of: RunResults) -> RenderedSection | None:
    found = {one.id: one for one in rendered_sections(Report(of, {}, "0.1.0"))}
    return found.get("prompts")


def test_each_setting_counts_own_wrong_and_general_prompts() -> None:
    without, at_config = prompt_rows(run(FEW))
    assert (without.own, without.wrong, without.general) == (5, 2, 0)
    assert (without.right.value, without.right.n) == (0.75, 4)
    assert (at_config.own, at_config.wrong, at_config.general) == (3, 2, 2)
    assert (at_config.right.value, at_config.right.n) == (pytest.approx(1 / 3), 3)


def test_the_fold_says_what_a_threshold_spares_and_names_the_tickets_that_fit_no_label() -> None:
    found = fold(run(FEW))
    assert found is not None
    assert found.short == "2 of 5 confident and wrong; 2 at no threshold"
    assert "1 of them fit no label" in found.body
    assert "0.60, the config" in found.body


def test_a_setting_that_is_recommended_is_judged_as_the_table_of_thresholds_judges_it() -> None:
    made = run(random_table(200, k=3, seed=5))
    last, rule = prompt_rows(made)[-1], made.evaluations[0].thresholds
    (cheapest,) = [one for one in rule if one.rule == "cost_optimal"]
    judged = cheapest.out_of_sample
    assert judged is not None
    assert last.setting.endswith("cost optimal")
    assert (last.own, last.wrong) == (judged.routed, judged.wrong)
    assert last.right == judged.selective_precision


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.sampled_from([0.3, 1.0]), st.integers(5, 45))
def test_a_prompt_is_that_of_the_label_where_the_policy_routes_and_no_other(
    seed: int, threshold: float, limit: float, n: int
) -> None:
    of = random_table(n, k=3, seed=seed)
    policy = Policy(threshold=threshold, escalate_above=limit)
    without, with_threshold = prompt_rows(run(of, policy))[:2]
    decided = policy.decide(of.scores, of.labels)
    routed = decided.outcome == ROUTE
    wrong = decided.top != of.truth
    assert (without.own, without.wrong) == (n, int(wrong.sum()))
    assert with_threshold.own == int(routed.sum())
    assert with_threshold.wrong == int(np.sum(routed & wrong))
    assert with_threshold.own + with_threshold.general == n
    assert with_threshold.wrong <= without.wrong


def test_without_tickets_there_is_nothing_to_tell() -> None:
    assert fold(run(table([], []))) is None

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import table
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import verdict
from ticketbench.report.words import numbers
from ticketbench.report.words.verdict import (
    calibration_text,
    not_worse_text,
    one_of_several_text,
    seen_change,
    temperature_text,
    verdict_text,
)

RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def compared(base_right: int, candidate_right: int, n: int = 100) -> Comparison:
    base = table([RIGHT] * base_right + [WRONG] * (n - base_right), ["a"] * n)
    candidate = table(
        [RIGHT] * candidate_right + [WRONG] * (n - candidate_right), ["a"] * n, rubric_set="v2"
    )
    return compare(base, candidate)


@pytest.mark.parametrize(
    ("base", "candidate", "headline", "tone"),
    [
        (50, 80, "v2 is better than v1", "good"),
        (80, 50, "v2 is worse than v1", "bad"),
        (80, 80, "no relevant difference between v2 and v1", "neutral"),
        (80, 82, "cannot tell yet whether v2 is better than v1", "unknown"),
    ],
)
def test_each_outcome_has_its_words_and_tone(
    base: int, candidate: int, headline: str, tone: str
) -> None:
    words = verdict_text(compared(base, candidate))
    assert (words.headline, words.tone) == (headline, tone)


def test_the_evidence_counts_fixed_and_broken() -> None:
    words = verdict_text(compared(50, 80))
    assert "accuracy 50.0% → 80.0%, +30.0" in words.evidence
    assert "on 100 paired tickets; 30 fixed, 0 broken" in words.evidence


def test_cannot_tell_says_how_many_tickets_would_settle_it() -> None:
    comparison = compared(80, 82)
    needed = comparison.verdict.tickets_needed
    assert needed > 100
    words = verdict_text(comparison)
    assert words.action == f"{numbers.about(needed)} fresh tickets would tell"
    assert words.evidence.startswith(
        "between 2.4 points worse and 6.4 better: accuracy 80.0% → 82.0%, +2.0 [-2.4, +6.4] points"
    )


@pytest.mark.parametrize(
    ("base", "candidate", "action"),
    [
        (50, 80, "use v2; read the broken tickets first"),
        (80, 50, "keep v1; read the broken tickets"),
        (
            80,
            80,
            "keep v1; the difference is within ±2.0 points, so accuracy is no reason to change",
        ),
    ],
)
def test_two_sets_alone_name_the_set_to_use_and_of_several_each_leaves_it_open(
    base: int, candidate: int, action: str
) -> None:
    comparison = compared(base, candidate)
    assert verdict_text(comparison).action == action
    assert one_of_several_text(comparison).action == action.partition("; ")[2]


def test_where_no_number_of_tickets_would_tell_that_is_said() -> None:
    comparison = compared(80, 82)
    endless = replace(comparison.verdict, tickets_needed=0)
    action = verdict_text(replace(comparison, verdict=endless)).action
    assert action == "more than 1,000,000 fresh tickets would tell: decide by something else"


def test_without_an_interval_more_groups_are_asked_for() -> None:
    one_group = [table([RIGHT] * 9, ["a"] * 9, rubric_set=v, groups=[0] * 9) for v in ("v1", "v2")]
    one_group[1] = table([RIGHT] * 8 + [WRONG], ["a"] * 9, rubric_set="v2", groups=[0] * 9)
    words = verdict_text(compare(*one_group))
    assert words.action.startswith("label more tickets, from more groups")
    assert "between" not in words.evidence


def test_groups_are_told_with_what_the_interval_allows_for() -> None:
    groups = [i // 2 for i in range(100)]
    sides = [
        table([RIGHT] * k + [WRONG] * (100 - k), ["a"] * 100, rubric_set=v, groups=groups)
        for v, k in (("v1", 50), ("v2", 80))
    ]
    assert (
        "100 paired tickets in 50 groups, 15 of these groups changed (other groups could differ; "
        "the interval allows for that)"
    ) in verdict_text(compare(*sides)).evidence


CHANGES = st.tuples(
    st.integers(0, 40), st.integers(0, 40), st.integers(0, 3000), st.integers(1, 5),
    st.sampled_from([0.95, 0.975, 0.99]),
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(CHANGES)
def test_the_words_agree_with_the_printed_ends(of: tuple[int, int, int, int, float]) -> None:
    gained, lost, same, size, confidence = of
    d = np.array([1.0] * gained + [-1.0] * lost + [0.0] * (same + 2 * size))
    change = of_means(np.zeros(len(d)), d, np.arange(len(d)) // size)
    found = verdict(change, confidence=confidence)
    text = seen_change(found).partition(" points")[0]
    low, high = (float(end) for end in text.partition("[")[2].rstrip("]").split(", "))
    said = "cannot tell"
    if low > 0 or high < 0:
        said = "better" if low > 0 else "worse"
    elif low > -2.0 and high < 2.0:
        said = "no relevant difference"
    assert said == found.outcome
    assert ("as one of several" in seen_change(found)) == (confidence != 0.95)


PROMISE = Settings(min_precision=0.9)
LESS = [0.9, 0.06, 0.04]

# Calibration


def rows_right(score: float, right: int, n: int) -> Evaluation:
    rest = (1 - score) / 2
    return evaluate(table([[score, rest, rest]] * n, ["a"] * right + ["b"] * (n - right)), PROMISE)


def test_scores_above_the_share_right_are_too_confident() -> None:
    assert calibration_text(rows_right(0.9, 100, 200)) == (
        "too confident; mean score 90.0%, right 50.0%"
    )


def test_scores_below_the_share_right_are_too_cautious() -> None:
    assert calibration_text(rows_right(0.6, 200, 200)) == (
        "too cautious; mean score 60.0%, right 100.0%"
    )


def test_scores_that_mean_what_they_say_show_no_sign() -> None:
    assert calibration_text(rows_right(0.75, 300, 400)) == (
        "no sign of miscalibration; mean score 75.0%, right 75.0%"
    )


def test_few_tickets_say_that_they_show_little() -> None:
    text = calibration_text(rows_right(0.75, 30, 40))
    assert text.startswith("no sign of miscalibration (few tickets show little); ")


def test_few_groups_are_few_tickets() -> None:
    scores, gold = [[0.75, 0.15, 0.1]] * 400, ["a"] * 300 + ["b"] * 100
    groups = [i // 4 for i in range(400)]
    text = calibration_text(evaluate(table(scores, gold, groups=groups), PROMISE))
    assert "(few tickets show little)" in text


def test_no_tickets_have_no_calibration() -> None:
    assert calibration_text(evaluate(table([], []), Settings())) == "no scored tickets"


def test_a_temperature_that_helps_lowers_the_error_and_tells_before_and_after() -> None:
    report = rows_right(0.9, 100, 200).calibration.temperature
    text = temperature_text(report)
    assert text.startswith(f"Temperature {report.temperature:.2f} lowers the calibration error: ")
    assert f"{report.ece_before:.3f} before, {report.ece_after:.3f} after" in text
    assert f"{report.log_loss_before:.3f} before, {report.log_loss_after:.3f} after" in text


def test_a_temperature_that_changes_nothing_does_not_lower_it() -> None:
    report = replace(
        rows_right(0.9, 100, 200).calibration.temperature, ece_before=0.1, ece_after=0.1
    )
    assert " does not lower the calibration error: 0.100 before, 0.100 after" in temperature_text(
        report
    )


def test_coarse_scores_bias_a_temperature_and_that_is_said() -> None:
    report = rows_right(0.9, 100, 200).calibration.temperature
    said = temperature_text(replace(report, biased=True, decimals=2))
    assert said.endswith("on tickets it was not fitted on; scores with 2 decimals bias it")
    silent = temperature_text(replace(report, biased=False))
    assert silent.endswith("on tickets it was not fitted on")


def test_an_unknown_log_loss_of_a_temperature_is_a_dash() -> None:
    report = rows_right(0.9, 100, 200).calibration.temperature
    said = temperature_text(replace(report, log_loss_before=math.nan, log_loss_after=math.nan))
    assert f"; log loss {numbers.DASH} before, {numbers.DASH} after, on tickets" in said


@pytest.mark.parametrize("groups", [range(99), [0] * 99])
def test_few_tickets_have_no_temperature(groups: Sequence[int]) -> None:
    of = evaluate(table([LESS] * 99, ["a"] * 99, groups=groups), Settings())
    assert temperature_text(of.calibration.temperature) == (
        "No temperature: with fewer than 100 independent tickets none is fitted"
    )


def test_a_temperature_of_an_old_report_may_lack_a_judgement_on_others() -> None:
    report = replace(rows_right(0.9, 100, 200).calibration.temperature, ece_after=math.nan)
    assert temperature_text(report).endswith("; too few groups to judge it on others")


# The gate


@pytest.mark.parametrize(
    ("base", "candidate", "outcome", "start"),
    [
        (50, 80, "pass", "v2 is not worse than v1 by 2.0 points or more ("),
        (80, 50, "fail", "v2 fails a gate of 2.0 points against v1 ("),
        (80, 78, "inconclusive", "v2 may be worse than v1 by 2.0 points ("),
    ],
)
def test_each_outcome_of_the_gate_has_its_words(
    base: int, candidate: int, outcome: str, start: str
) -> None:
    comparison = compared(base, candidate)
    assert comparison.verdict.not_worse == outcome
    assert not_worse_text(comparison).startswith(start)


def test_the_gate_tells_both_one_sided_bounds() -> None:
    comparison = compared(50, 80)
    ends = comparison.verdict
    bounds = f"{numbers.points(ends.low)} and {numbers.points(ends.high)}"
    assert f"(one-sided 95% bounds {bounds})" in not_worse_text(comparison)


def test_a_gate_at_another_margin_names_it() -> None:
    assert "by 5.0 points" in not_worse_text(compared(50, 80), margin=0.05)


def test_no_bound_of_few_tickets_is_beyond_all_of_them() -> None:
    assert not_worse_text(compared(1, 2, n=3)).endswith("(one-sided 95% bounds -100.0 and +100.0)")

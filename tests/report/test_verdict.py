from __future__ import annotations

from dataclasses import replace

import pytest

from tables import random_table, table
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.evaluate import Settings
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.report.verdict import preferred, threshold_text, verdict_text

RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def compared(base_right: int, candidate_right: int, n: int = 100) -> Comparison:
    base = table([RIGHT] * base_right + [WRONG] * (n - base_right), ["a"] * n)
    candidate = table(
        [RIGHT] * candidate_right + [WRONG] * (n - candidate_right), ["a"] * n, rubric_set="v2"
    )
    return compare(base, candidate)


def results(*rights: int) -> RunResults:
    tables = [
        table([RIGHT] * k + [WRONG] * (100 - k), ["a"] * 100, rubric_set=f"v{i}")
        for i, k in enumerate(rights, start=1)
    ]
    return run_results("r", DatasetSummary("d", "f", 100, ()), (), tables, Settings(), ())


@pytest.mark.parametrize(
    ("base", "candidate", "headline", "tone"),
    [
        (50, 80, "v2 is better than v1", "good"),
        (80, 50, "v2 is worse than v1", "bad"),
        (80, 80, "no relevant difference between v2 and v1", "neutral"),
        (80, 82, "cannot tell whether v2 is better than v1", "unknown"),
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
    assert f"about {needed:,} labelled tickets would settle it" in verdict_text(comparison).action


def test_the_best_candidate_found_better_is_preferred() -> None:
    assert preferred(results(50, 80, 90)).provenance.rubric_set == "v3"


def test_the_base_is_preferred_when_no_candidate_is_better() -> None:
    assert preferred(results(80, 50, 81)).provenance.rubric_set == "v1"


def test_a_threshold_that_was_not_found_is_said_in_words() -> None:
    chosen = results(50).evaluations[0].thresholds[1]
    assert threshold_text(replace(chosen, threshold=float("nan"))).startswith(
        "none: no threshold has 95% right"
    )


def test_a_threshold_names_its_temperature_when_it_has_one() -> None:
    calibrated = run_results(
        "r", DatasetSummary("d", "f", 200, ()), (), [random_table(200)], Settings(), ()
    )
    chosen = calibrated.evaluations[0].thresholds[0]
    assert "policy.threshold 0.80, policy.temperature 4.00 (" in threshold_text(
        replace(chosen, temperature=4.0)
    )
    assert "temperature" not in threshold_text(replace(chosen, temperature=1.0))

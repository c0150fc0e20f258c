"""The four rows of a comparison: each word is what its interval says."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hostile_gates import changed, comparison
from small_runs import small_run
from ticketbench.core.types import Estimate
from ticketbench.measure.compare import Comparison
from ticketbench.measure.pairs.change import SAME
from ticketbench.report.changes import change_rows, headline_text, turned_text


def of(outcome: str, ends: tuple[float, float, float]) -> Comparison:
    was = comparison()
    verdict = replace(was.verdict, outcome=outcome, difference=Estimate(*ends, 110, ""))
    return replace(was, base="v1", candidate="v2", verdict=verdict)


@pytest.mark.parametrize(
    ("outcome", "ends", "said", "word"),
    [
        ("better", (0.1, 0.02, 0.18), "v2 is better than v1", "better"),
        ("worse", (-0.1, -0.18, -0.02), "v2 is worse than v1", "worse"),
        ("no relevant difference", (0.0, -0.01, 0.01),
         "No difference that matters between v2 and v1", "no difference"),
        ("cannot tell", (0.02, -0.01, 0.05), "Cannot tell whether v2 is better than v1",
         "cannot tell"),
    ],
)  # fmt: skip
def test_headline_and_first_row_are_those_of_the_verdict(
    outcome: str, ends: tuple[float, float, float], said: str, word: str
) -> None:
    found = of(outcome, ends)
    assert "".join(headline_text(found)) == said
    assert change_rows(found)[0].word == word


def test_the_same_answers_are_said_to_be_the_same() -> None:
    found = of("no relevant difference", (0, 0, 0))
    same = replace(found.verdict.difference, method=SAME)
    found = replace(found, verdict=replace(found.verdict, difference=same))
    assert "".join(headline_text(found)) == "v2 is v1: no answer differs"
    assert (change_rows(found)[0].word, change_rows(found)[0].tone) == ("the same", "neutral")


@pytest.mark.parametrize(
    ("name", "higher", "ends", "word", "tone"),
    [
        ("selective_precision", True, (0.1, 0.02, 0.18), "better", "good"),
        ("selective_precision", True, (-0.1, -0.18, -0.02), "worse", "bad"),
        ("selective_precision", True, (0.1, -0.02, 0.18), "cannot tell", "unknown"),
        ("coverage", True, (0.1, 0.02, 0.18), "more", "neutral"),
        ("coverage", True, (-0.1, -0.18, -0.02), "fewer", "neutral"),
        ("coverage", True, (0.1, -0.02, 0.18), "cannot tell", "neutral"),
        ("cost", False, (-0.1, -0.18, -0.02), "better", "good"),
        ("cost", False, (0.1, 0.02, 0.18), "worse", "bad"),
        ("cost", False, (0.0, 0.0, 0.0), "the same", "neutral"),
        ("cost", False, (float("nan"),) * 3, "cannot tell", "unknown"),
    ],
)
def test_a_row_says_what_its_interval_says(
    name: str, higher: bool, ends: tuple[float, float, float], word: str, tone: str
) -> None:
    one = changed(name, "", 0.5, 0.6, Estimate(*ends, 110, ""), higher_is_better=higher,
                  share=name != "cost")  # fmt: skip
    (row,) = change_rows(replace(comparison(), differences=(one,)))
    assert (row.word, row.tone) == (word, tone)


def test_costs_that_differ_do_not_look_alike() -> None:
    one = changed("cost", "", 1.0012, 1.0034, Estimate(0.0022, 0.001, 0.003, 110, ""),
                  higher_is_better=False, share=False)  # fmt: skip
    (row,) = change_rows(replace(comparison(), differences=(one,)))
    assert (row.base, row.candidate, row.change) == ("1.001", "1.003", "+0.002 [+0.001, +0.003]")


@pytest.mark.parametrize("row", ["better", "cannot tell, a loss is seen", "no relevant difference"])
def test_what_is_fixed_less_what_is_broken_is_the_change_that_is_told(row: str) -> None:
    (found,) = small_run(row).comparisons
    said = turned_text(found, label_word="team")
    n, fixed, broken = (int(x) for x in re.findall(r"\d+", said))
    assert f"Of {n} tickets with a team" in said
    assert (fixed - broken) / n == pytest.approx(found.verdict.difference.value)


def test_one_fixed_ticket_is_fixed() -> None:
    assert turned_text(comparison(), label_word="label") == (
        "Of 110 tickets with a label 1 is fixed and 12 broken"
    )

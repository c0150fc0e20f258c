from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tables import table
from ticketbench.core.policy import Policy
from ticketbench.core.types import ScoreTable
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.recommendation import Today
from ticketbench.measure.results import DatasetSummary, RunResults, run_results
from ticketbench.report.words import numbers
from ticketbench.report.words.recommendation import gain_text, preferred, verdict_texts

RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]
N = 200
TIED = (range(80), range(110), [*range(80), *range(82, 113)])


def ran(*right: Sequence[int], today: str = "v1") -> RunResults:
    """A run of sets v1, v2 ..., each with these tickets right; `today` is the one that runs."""
    tables: list[ScoreTable] = []
    for i, hits in enumerate(right, start=1):
        scores = [RIGHT if j in set(hits) else WRONG for j in range(N)]
        tables.append(table(scores, ["a"] * N, rubric_set=f"v{i}"))
    summary, runs = DatasetSummary("d", "f", N, ()), Today(today, Policy())
    return run_results("r", summary, (), tables, Settings(), (), today=runs)


def counts(*right: int, today: str = "v1") -> RunResults:
    return ran(*(range(k) for k in right), today=today)


def test_one_set_has_no_verdict_and_two_have_one() -> None:
    assert verdict_texts(counts(80)) == []
    (only,) = verdict_texts(counts(80, 120))
    assert only.action == "use v2; read the broken tickets first"


def test_the_winner_of_several_is_the_one_to_use() -> None:
    first, *each = verdict_texts(counts(80, 110, 140))
    assert first.headline == "v3 is the best of the 2 sets found better than v1"
    assert (first.action, first.tone) == ("use v3; read the broken tickets first", "good")
    assert [words.headline for words in each] == ["v2 is better than v1", "v3 is better than v1"]


def test_the_only_set_found_better_wins() -> None:
    assert verdict_texts(counts(80, 81, 140))[0].headline == "v3 is better than v1"


def test_two_that_cannot_be_told_apart_are_recommended_together() -> None:
    first = verdict_texts(ran(*TIED))[0]
    assert first.headline == "v3 and v2 are both better than v1, and cannot be told apart"
    assert first.action.startswith("use v3 or v2: they cannot be told apart; about ")
    assert first.action.endswith(" fresh tickets would")


def test_without_a_better_set_the_first_is_kept() -> None:
    first = verdict_texts(counts(120, 80, 120))[0]
    assert (first.headline, first.action) == ("no set is better than v1", "keep v1")
    assert first.tone == "neutral"
    assert verdict_texts(counts(150, 80, 60))[0].tone == "bad"


def test_what_cannot_be_told_yet_asks_for_the_tickets_of_the_slowest() -> None:
    found = counts(80, 83, 84, 20)
    first = verdict_texts(found)[0]
    needed = max(c.verdict.tickets_needed for c in found.comparisons)
    assert first.headline == "cannot tell yet whether v2 or v3 is better than v1"
    assert (first.action, first.tone) == (
        f"{numbers.about(needed)} fresh tickets would tell",
        "unknown",
    )


@pytest.mark.parametrize(
    "found", [counts(80, 110, 140), ran(*TIED), counts(120, 80, 120), counts(80, 83, 84, 20)]
)
def test_only_the_first_verdict_says_which_set_to_use(found: RunResults) -> None:
    first, *each = verdict_texts(found)
    assert re.match("(use|keep) v|about ", first.action)
    assert not [words for words in each if re.search("\\b(use|keep) v", words.action)]


@pytest.mark.parametrize(
    ("right", "today", "action"),
    [
        ((80, 120), "v2", "keep v2; read the broken tickets first"),
        ((120, 80), "v2", "use v1; read the broken tickets"),
        ((120, 120), "v2", "keep v2; the difference is within "),
        ((80, 110, 140), "v3", "keep v3; read the broken tickets first"),
        ((80, 110, 140), "v2", "use v3; read the broken tickets first"),
        ((120, 80, 120), "v3", "keep v3"),
        ((150, 80, 60), "v3", "use v1"),
        # Better than the first set by more than v3, which runs and cannot be told from it.
        ((100, 108, 104), "v3", "keep v3, which runs today: v2 is not found better than it"),
    ],
)
def test_the_verdict_keeps_what_runs_today_as_the_recommendation_does(
    right: Sequence[int], today: str, action: str
) -> None:
    found = counts(*right, today=today)
    assert found.recommendation is not None
    first = verdict_texts(found)[0].action
    assert first.startswith(action)
    assert re.split("[ ;,]", first)[1] == found.recommendation.rubric_set


def test_of_sets_that_cannot_be_told_apart_the_one_that_runs_is_kept() -> None:
    first = verdict_texts(ran(*TIED, today="v3"))[0].action
    assert first.startswith("keep v3: v2 cannot be told apart from it; about ")


def test_each_set_of_several_names_the_level_of_its_interval() -> None:
    found = counts(80, 110, 140)
    _, *each = verdict_texts(found)
    levels = {c.verdict.confidence for c in found.comparisons}
    assert levels == {0.975, 0.95}
    for words, c in zip(each, found.comparisons, strict=True):
        level = numbers.confidence(c.verdict.confidence)
        assert f"points (at {level}, as one of several) on" in words.evidence


def test_the_best_of_few_has_a_wide_interval_and_the_best_of_four_an_expected_gain() -> None:
    few = counts(80, 110, 140)
    gain = numbers.difference(few.standing.gain("v3").seen)
    assert verdict_texts(few)[0].evidence == (
        f"v3 {gain} points (at 97.5%, which holds for the best of 2, too); the best of 2 looks "
        "better than it is, hence the wide interval"
    )
    many = counts(80, 90, 100, 110, 140)
    best = many.standing.gain("v5")
    assert verdict_texts(many)[0].evidence.endswith(
        "; the best of 4 looks better than it is: expect about "
        f"{numbers.points(best.expected)}, not {numbers.points(best.seen.value)}"
    )


def test_a_leader_whose_wide_interval_reaches_0_is_still_above_it() -> None:
    found = counts(80, 110, 140).standing
    first, second = found.gains
    wide = replace(first, seen=replace(first.seen, low=-0.01))
    shown = gain_text(replace(found, gains=(wide, second)), "v2")
    assert re.fullmatch(r"\+15\.0 \[above 0, \+[0-9.]+\]", shown)


def test_a_set_found_worse_whose_wide_interval_reaches_0_is_still_below_it() -> None:
    found = counts(140, 110, 80).standing
    first, second = found.gains
    wide = replace(first, seen=replace(first.seen, high=0.01))
    shown = gain_text(replace(found, gains=(wide, second)), "v2")
    assert re.fullmatch(r"-15\.0 \[-[0-9.]+, below 0\]", shown)
    assert gain_text(found, "v2") == numbers.difference(first.seen)


def test_a_gain_that_is_expected_to_stay_is_not_called_too_good() -> None:
    evidence = verdict_texts(counts(80, 110, 110, 110, 110))[0].evidence
    assert evidence.endswith("which holds for the best of 4, too); expect about as much")


def test_a_set_not_found_better_shows_its_interval_as_it_is() -> None:
    found = counts(80, 83, 84).standing
    assert gain_text(found, "v2") == numbers.difference(found.gain("v2").seen)


def test_the_winner_is_preferred_and_of_several_leaders_the_one_that_comes_first() -> None:
    assert preferred(counts(80, 110, 140)).provenance.rubric_set == "v3"
    assert preferred(ran(*TIED)).provenance.rubric_set == "v2"
    assert preferred(counts(120, 80, 121)).provenance.rubric_set == "v1"

"""Rubrics to sharpen: which pair, which advice, both questions, and the tickets at the line."""

from __future__ import annotations

from dataclasses import replace

from reports import improved, view
from tables import random_table, table
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.measure.counts.mixed_pairs import MixedPair
from ticketbench.report.decide.pairs import advice, pairs


def test_two_thirds_one_way_ask_for_a_narrower_question() -> None:
    said = advice(MixedPair("technical", "account", 26, 2, 62, 216))
    assert said.startswith("26 of 28 are technical taken for account: narrow the account question")


def test_both_ways_ask_for_both_questions() -> None:
    assert advice(MixedPair("a", "b", 5, 4, 0, 90)).startswith("They go both ways")
    assert advice(MixedPair("a", "b", 4, 2, 0, 90)).startswith("4 of 6 are a taken for b")
    assert advice(MixedPair("a", "b", 2, 4, 0, 90)).startswith("4 of 6 are b taken for a")


def test_a_pair_of_three_tickets_is_recommended_to_nobody() -> None:
    gold = ["a"] * 77 + ["b"] * 3
    shown = pairs(view(table([[0.9, 0.05, 0.05]] * 80, gold)))
    assert "No pair of labels has more than 3 tickets." in shown
    assert "<details" not in shown


def test_the_three_tickets_closest_to_the_line_are_shown() -> None:
    scores = [[0.9, 0.05, 0.05]] * 70 + [[0.5 + i / 100, 0.4, 0.1 - i / 100] for i in range(10)]
    shown = pairs(view(table(scores, ["a"] * 70 + ["b"] * 10)))
    assert [f"t{70 + i} says so" in shown for i in range(4)] == [True, True, True, False]


def test_a_rubric_of_which_little_stays_is_shown_before_and_after() -> None:
    base = random_table(200)
    seen = view(base, improved(base, share=0.3))
    other = RubricSet("v1", tuple(Rubric(label, "Nothing in common") for label in base.labels))
    kept = seen.results.rubric_sets[1]
    seen.results = replace(seen.results, rubric_sets=(other, kept))
    shown = pairs(seen)
    assert "<del>Nothing in common</del>" in shown
    assert "<ins>" not in shown


def test_a_changed_word_is_struck_out_and_underlined() -> None:
    base = random_table(200)
    shown = pairs(view(base, improved(base, share=0.3)))
    assert "<del>v1</del>" in shown
    assert "<ins>v2</ins>" in shown

"""The list of tickets: chips count what they show, and no ticket stands under two that exclude."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from reports import improved, report_of, view
from tables import random_table, table
from ticketbench.core.types import Failure
from ticketbench.report.decide.tickets import STATIC, chips, first_listed, row, tickets
from ticketbench.report.decide.view import View, view_of


def counts(seen: View) -> dict[str, int]:
    return {key: int(kept.sum()) for key, _, kept in chips(seen)}


def test_chips_of_two_sets_by_hand() -> None:
    gold = ["a"] * 60
    old = [[0.9, 0.05, 0.05]] * 20 + [[0.05, 0.9, 0.05]] * 40
    new = [[0.05, 0.9, 0.05]] * 5 + [[0.9, 0.05, 0.05]] * 45 + [[0.05, 0.05, 0.9]] * 10
    seen = view(table(old, gold), table(new, gold, rubric_set="v2"))
    found = counts(seen)
    assert (found["broken"], found["fixed"], found["still"]) == (5, 30, 10)
    assert found["all"] == 60
    assert found["wrong"] <= 15


def test_broken_fixed_and_still_wrong_exclude_each_other() -> None:
    base = random_table(200)
    kept = {key: mask for key, _, mask in chips(view(base, improved(base, share=0.3)))}
    together = kept["broken"].astype(int) + kept["fixed"] + kept["still"]
    assert together.max() == 1


def test_the_counts_are_those_of_the_comparison() -> None:
    base = random_table(250)
    report = report_of(base, improved(base, share=0.4))
    seen = view_of(report)
    assert seen is not None
    found, told = counts(seen), report.results.comparisons[0].contingency
    assert found["broken"] == told.only_base
    assert found["fixed"] == told.only_candidate
    assert found["still"] == told.neither


def test_one_set_has_no_chip_of_a_change() -> None:
    found = counts(view(random_table(100)))
    assert "broken" not in found
    assert "fixed" not in found
    assert found["still"] > 0


def test_the_page_opens_with_the_first_chip_that_has_tickets() -> None:
    base = random_table(100)
    seen = view(base, improved(base, share=0.4))
    assert counts(seen)["broken"] == 0
    assert len(first_listed(seen)) == counts(seen)["fixed"] > 0
    assert re.search(r'data-show="fixed" aria-pressed="true"', tickets(seen))


def test_without_a_script_fifty_tickets_are_shown_and_the_others_are_told() -> None:
    gold, right, wrong = ["a"] * 120, [[0.9, 0.05, 0.05]], [[0.05, 0.9, 0.05]]
    seen = view(table(right * 120, gold), table(right * 40 + wrong * 80, gold, rubric_set="v2"))
    shown = tickets(seen)
    assert shown.split("<template")[0].count('<li class="ticket"') == STATIC == 50
    assert "30 more are in changed.csv" in shown


def test_surest_mistakes_come_first() -> None:
    base = random_table(200)
    seen = view(base)
    scores = [seen.sets[0].tickets.score[np.searchsorted(seen.sets[0].rows, i)]
              for i in first_listed(seen)]  # fmt: skip
    assert scores == sorted(scores, reverse=True)


def test_a_long_text_is_cut_at_a_word_and_whole_on_demand() -> None:
    report = report_of(random_table(60), text="word " * 60 + "end")
    seen = view_of(report)
    assert seen is not None
    shown = row(seen, 0)
    assert "word …</summary>" in shown
    assert shown.count("end") == 1


def test_a_hostile_id_is_shown_as_text() -> None:
    base = random_table(60)
    hostile = replace(base, ids=('"><img src=x onerror=alert(1)>', *base.ids[1:]))
    assert "<img" not in tickets(view(hostile))


def test_what_a_third_set_did_not_answer_is_still_broken_or_fixed() -> None:
    base = random_table(250)
    third = improved(base, share=0.2, rubric_set="v3", seed=3)
    lost = tuple(Failure(third.ids[i], "timeout") for i in range(10))
    third = replace(third.rows(np.arange(10, 250)), failures=lost)
    report = report_of(base, improved(base, share=0.4), third)
    seen = view_of(report)
    assert seen is not None
    sides = {seen.sets[seen.old].name, seen.sets[seen.new].name}
    told = next(c for c in report.results.comparisons if {c.base, c.candidate} == sides)
    found = counts(seen)
    assert (found["broken"], found["fixed"]) == (
        told.contingency.only_base,
        told.contingency.only_candidate,
    )
    assert found["failed"] == 10

"""The parts of the first screen: what it says where, and that its squares are its sentence."""

from __future__ import annotations

import re

import pytest

from reports import improved, report_of
from tables import random_table
from ticketbench.measure.recommendation import Recommendation
from ticketbench.report.decide.first_screen import first_screen
from ticketbench.report.words.setting import per_100


@pytest.mark.parametrize("seed", range(4))
def test_there_are_as_many_squares_of_each_colour_as_the_sentence_says(seed: int) -> None:
    base = random_table(300, seed=seed)
    report = report_of(base, improved(base, share=0.4))
    found = report.results.recommendation
    assert isinstance(found, Recommendation)
    assert found.setting is not None
    shown = str(first_screen(report))
    paths = dict(re.findall(r'<path class="(\w+)" fill="[^"]*" d="([^"]*)"', shown))
    drawn = [paths.get(part, "").count("M") for part in ("right", "wrong", "person", "escalated")]
    assert drawn == list(per_100(found.setting.routing))
    assert sum(drawn) == 100


def test_few_tickets_have_a_square_each_and_no_answer() -> None:
    shown = str(first_screen(report_of(random_table(24))))
    assert shown.count("h8v8h-8z") == 24
    assert "Too few tickets to decide" in shown
    assert "Does it pay?" not in shown


def test_each_part_of_the_sentence_has_the_colour_of_its_squares() -> None:
    base = random_table(300)
    shown = str(first_screen(report_of(base, improved(base, share=0.4))))
    lead = shown.split('<p class="lead">')[1].split("</p>")[0]
    order = re.findall(r'<rect class="(\w+)"', lead)
    assert order == ["right", "wrong", "wrong", "person"]


def test_threshold_and_escalation_lead_to_their_explanation() -> None:
    base = random_table(300)
    shown = str(first_screen(report_of(base, improved(base, share=0.4))))
    assert 'href="#word-threshold"' in shown
    assert 'href="#word-escalation"' in shown


def test_a_name_with_markup_stays_text() -> None:
    base = random_table(300)
    report = report_of(base, improved(base, share=0.4, rubric_set="<b>v2"))
    assert "<b>v2" not in str(first_screen(report)).replace("<b>r</b>", "")

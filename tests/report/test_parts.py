"""The page of a run in parts: what is counted, and in plain words what is not shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from browser import DESK, PHONE, Opened
from parted_runs import OF, in_one, in_parts, sets_of
from ticketbench.core.policy import Costs
from ticketbench.measure.results import RunResults
from ticketbench.report.markdown import markdown_summary
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report
from ticketbench.report.words.answers import NOT_SHOWN, answers
from ticketbench.report.words.recommendation import verdict_texts

Open = Callable[..., Opened]
DEAR = replace(OF, costs=Costs(misroute=1.2, review=1, escalate=1))
"""At which routing pays, so that a label might be hurt."""


@pytest.fixture(scope="module")
def results() -> RunResults:
    return in_parts(sets_of(300, n_sets=2, seed=1), DEAR)


@pytest.fixture(scope="module")
def page(results: RunResults) -> str:
    return html_page(Report(results, {}, "0")).decode()


@pytest.mark.parametrize(("size", "dark"), [(DESK, False), (DESK, True), (PHONE, False)])
def test_it_is_whole_on_a_desk_in_the_dark_and_on_a_phone(
    page: str, opened: Open, size: tuple[int, int], *, dark: bool
) -> None:
    seen = opened(page, size=size, dark=dark)
    assert seen.complaints == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert NOT_SHOWN in " ".join(seen.texts("#decide .sub"))
    assert seen.violations() == []
    assert seen.faint("#decide", least=4.5) == []
    assert seen.page.locator("svg.squares").is_visible()


def test_every_link_leads_somewhere_and_none_to_a_list_of_tickets(page: str) -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]*)"', page))
    assert links
    assert links <= ids
    assert "data-ticket" not in page
    assert 'id="try"' not in page


def test_what_is_not_shown_is_said_in_few_words(page: str) -> None:
    assert f"{NOT_SHOWN}. " in page
    assert len(NOT_SHOWN.split()) <= 20


def test_it_prints_on_two_sheets(page: str, opened: Open) -> None:
    pdf = opened(page).page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2


def test_what_is_not_told_is_said_in_place_of_a_wrong_reason(page: str) -> None:
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "No temperature: fitting one needs every score of each ticket" in text
    assert "fewer than 100 independent tickets none is fitted" not in text
    assert "No predictions.csv and no changed.csv are written" in text
    assert "Check their labels" not in text
    assert "read the broken tickets" not in text


def test_who_is_hurt_is_not_told_in_parts(results: RunResults) -> None:
    hurt = {one.id: one for one in answers(results)}["hurt"]
    assert hurt.answer == hurt.row == "Not told of tickets in parts"
    keep = in_parts(sets_of(300, n_sets=2, seed=1), replace(OF, costs=Costs(misroute=50)))
    assert {one.id: one for one in answers(keep)}["hurt"].answer.startswith("No label: a person")


def test_a_better_set_is_to_be_used_and_its_broken_tickets_are_counted() -> None:
    sets = sets_of(400, n_sets=4, seed=2)
    found, expected = (verdict_texts(each([sets[0], sets[3]]))[0] for each in (in_parts, in_one))
    assert found.headline == expected.headline == "v4 is better than v1"
    assert found.evidence == expected.evidence
    assert expected.action == "use v4; read the broken tickets first"
    assert found.action == "use v4; which tickets it breaks is counted, not listed"


def test_the_summary_sets_and_leads_to_no_list(results: RunResults) -> None:
    text = markdown_summary(Report(results, {}, "0")).decode()
    assert "Next: set `policy:" in text
    assert NOT_SHOWN.replace("-", r"\-") in text.replace("\\-", "-").replace("-", r"\-")
    assert "#show" not in text

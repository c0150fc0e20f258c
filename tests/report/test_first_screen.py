"""The first screen: what to do, in ninety words, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from browser import DESK, PHONE, Opened, opened_in
from quickstart import Demo
from ticketbench.edge.results.store import load
from ticketbench.measure.recommendation import Recommendation
from ticketbench.measure.results import RunResults

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_WORDS = 90
BELOW = "#bar, main section, #audit"


@pytest.fixture(scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
def seen(demo: Demo, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opened]:
    seen = opened_in(browser, demo.out / "index.html", size=request.param)
    yield seen
    seen.page.context.close()


@pytest.fixture(scope="module")
def words(seen: Opened) -> str:
    return " ".join(seen.probe("words", {"inView": True}))


@pytest.fixture(scope="module")
def found(demo: Demo) -> Recommendation:
    recommendation = load(demo.out / "results.json", RunResults).recommendation
    assert recommendation is not None
    return recommendation


def test_it_has_at_most_ninety_words(words: str) -> None:
    assert len(words.split()) <= MOST_WORDS, words


def test_nothing_of_what_comes_next_is_in_view(seen: Opened) -> None:
    heights = seen.page.evaluate(
        "(below) => [innerHeight, ...[...document.querySelectorAll(below)]"
        ".filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().top)]",
        BELOW,
    )
    assert len(heights) >= 8
    assert min(heights[1:]) >= heights[0] - 0.5


def test_all_of_it_is_in_view(seen: Opened, words: str) -> None:
    assert words.split() == seen.probe("words", {"within": "#decide"})


def test_it_says_version_setting_cost_label_and_pair(words: str, found: Recommendation) -> None:
    assert found.setting is not None
    assert found.hurt is not None
    pair = found.mixed[0]
    said = (
        f"Use {found.rubric_set} at threshold {found.setting.threshold:.2f}",
        f"{found.setting.saving.cost.value:.2f}",
        "by hand",
        found.hurt.label,
        pair.first,
        pair.second,
        found.today.rubric_set,
    )
    assert [one for one in said if one not in words] == []


def test_the_parts_of_a_hundred_tickets_sum_to_a_hundred(seen: Opened, words: str) -> None:
    said = re.search(r"(\d+) go out alone,? (?:about )?(\d+) wrong,? (\d+) to a person", words)
    assert said is not None
    alone, wrong, person = map(int, said.groups())
    assert alone + person == 100
    drawn = seen.page.evaluate(
        "() => [...document.querySelectorAll('#decide svg.squares path')]"
        ".map((e) => e.getAttribute('d').split('M').length - 1)"
    )
    assert drawn[:2] == [alone - wrong, wrong]
    assert sum(drawn) == 100

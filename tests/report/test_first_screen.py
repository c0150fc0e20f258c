"""The first screen: what to do, in ninety words, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser import DESK, PHONE, Opened, opened_in
from quickstart import Demo
from ticketbench.edge.results.store import load_results
from ticketbench.measure.recommendation import Recommendation

MOST_WORDS = 90
NEXT = "#bar, #try, #mix, #labels, #pairs, #tickets, #audit"


@pytest.fixture(scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
def seen(demo: Demo, browser, request: pytest.FixtureRequest) -> Iterator[Opened]:  # type: ignore[no-untyped-def]
    seen = opened_in(browser, demo.out / "index.html", size=request.param)
    yield seen
    seen.page.context.close()


@pytest.fixture(scope="module")
def found(demo: Demo) -> Recommendation:
    recommendation = load_results(demo.out / "results.json").recommendation
    assert recommendation is not None
    return recommendation


def words(seen: Opened) -> str:
    return " ".join(seen.probe("words", {"inView": True}))


def test_it_has_at_most_ninety_words(seen: Opened) -> None:
    assert len(words(seen).split()) <= MOST_WORDS, words(seen)

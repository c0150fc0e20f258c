"""The page without its script, and behind a server that drops scripts and styles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser import Opened, opened_in
from quickstart import Demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Open = Callable[..., Opened]

CONTROLS = "button, input, select, textarea, [tabindex]:not(.scroll):not([role=region])"
STRICT = "default-src 'none'"


@pytest.fixture(scope="module")
def plain(demo: Demo, browser: Browser) -> Iterator[Opened]:
    seen = opened_in(browser, demo.out / "index.html", script=False)
    yield seen
    seen.page.context.close()


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


def test_no_control_is_shown_without_the_script(plain: Opened) -> None:
    shown = plain.page.locator(CONTROLS).evaluate_all(
        "(all) => all.filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80))"
    )
    assert shown == []
    assert plain.page.locator("#matrix button").count() == 0
    assert not plain.page.is_visible("#bar")


def test_the_first_fifty_broken_tickets_stand_there_without_the_script(plain: Opened) -> None:
    broken = int(plain.texts("#chips [data-show=broken] i")[0])
    assert plain.page.locator("#list > li:visible").count() == min(50, broken)


def test_every_number_is_there_before_the_script_and_stays_with_it(
    plain: Opened, page: Path, opened: Open
) -> None:
    seen = opened(page)
    for part in ("#decide", "#live-alone", "#live-wrong", "#live-person", "#live-cost",
                 "#live-pays", "#matrix td", "#mix-sentence span:not([hidden])", "#labels td",
                 "#chart-right text:visible", "#chart-cost text:visible", "#chips i", "#pairs",
                 "#audit"):  # fmt: skip
        before = plain.texts(part)
        assert before, part
        assert seen.texts(part) == before, part


def test_the_script_draws_the_lines_that_stand_there_without_it(
    plain: Opened, page: Path, opened: Open
) -> None:
    read = (
        "() => [...document.querySelectorAll('#try svg *, #strip *, #labels svg *')].map((e) => "
        "['d', 'cx', 'cy', 'x', 'width', 'x1', 'x2', 'y1', 'y2'].map((a) => e.getAttribute(a)))"
    )
    before, after = (one.page.evaluate(read) for one in (plain, opened(page)))
    assert [
        (was, now)
        for was, now in zip(before, after, strict=True)
        if [_rounded(one) for one in was] != [_rounded(one) for one in now]
    ] == []


def test_words_and_drawings_survive_a_server_that_drops_styles_and_scripts(
    plain: Opened, page: Path, opened: Open
) -> None:
    seen = opened(page, policy=STRICT)
    assert not seen.page.evaluate("() => document.documentElement.classList.contains('scripted')")
    assert seen.page.evaluate("() => getComputedStyle(document.body).marginTop") == "8px"
    missing = set(plain.probe("words")) - set(seen.probe("words"))
    assert missing == set()
    assert seen.probe("bare") == []
    assert seen.requests == []


def _rounded(number: str | None) -> object:
    """A place to a tenth of a pixel or percent; a path as it stands."""
    try:
        return None if number is None else round(float(number.rstrip("%")), 1)
    except ValueError:
        return number

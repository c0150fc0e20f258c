"""The page by keyboard alone: every stop is seen, none traps, arrows and Enter do what they say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser import Opened
from quickstart import Demo

Open = Callable[..., Opened]

MOST_STOPS = 120
STOP_OF_THE_SLIDER = 8
"""After the link that skips to it, two dotted words, and a link for each of four answers."""


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


def stops(seen: Opened, key: str = "Tab") -> list[dict[str, Any]]:
    """Where the key leads until it leaves the page."""
    found: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        seen.page.keyboard.press(key)
        found.append(seen.probe("focus"))
        if found[-1]["name"] == "body":
            return found
    raise AssertionError(f"Tab never leaves the page: {[stop['name'] for stop in found[-9:]]}")


def focus(seen: Opened) -> str:
    return str(seen.probe("focus")["name"])


def test_tab_passes_every_stop_once_and_leaves(page: Path, opened: Open) -> None:
    path = stops(opened(page))
    names = [stop["name"] for stop in path]
    assert names.index("#threshold") + 1 == STOP_OF_THE_SLIDER
    assert [stop for stop in path[:-1] if not stop["seen"]] == []
    assert [stop for stop in path if stop["covered"]] == []
    assert sum(name.startswith("button[cell") for name in names) == 1


def test_the_bar_covers_no_stop_on_the_way_back(page: Path, opened: Open) -> None:
    seen = opened(page)
    seen.page.focus("#more")
    path = stops(seen, "Shift+Tab")
    assert [stop for stop in path if stop["covered"]] == []
    assert path[-2]["name"] == "a[#main]"


def test_arrows_move_the_threshold_and_the_numbers_follow(page: Path, opened: Open) -> None:
    seen = opened(page)
    seen.page.focus("#threshold")
    start = float(seen.page.input_value("#threshold"))
    for _ in range(30):
        seen.page.keyboard.press("ArrowLeft")
    seen.settle()
    moved = seen.page.input_value("#threshold")
    assert float(moved) == pytest.approx(start - 0.3)
    spoken = seen.page.get_attribute("#threshold", "aria-valuetext")
    alone, wrong = seen.texts("#live-alone, #live-wrong")
    assert spoken is not None
    assert [part in spoken for part in (f"{float(moved):.2f}", alone, wrong)] == [True] * 3


def test_arrows_move_in_the_matrix_and_enter_shows_the_tickets_of_a_cell(
    page: Path, opened: Open
) -> None:
    seen = opened(page)
    seen.page.focus("#matrix [data-cell][tabindex='0']")
    assert seen.page.evaluate("() => document.activeElement.dataset.cell") == "0,0"
    for key, cell in (("ArrowRight", "0,1"), ("ArrowDown", "1,1"), ("ArrowRight", "1,2"),
                      ("ArrowLeft", "1,1"), ("ArrowUp", "0,1"), ("ArrowLeft", "0,0"),
                      ("ArrowLeft", "0,0"), ("ArrowDown", "1,0")):  # fmt: skip
        seen.page.keyboard.press(key)
        assert seen.page.evaluate("() => document.activeElement.dataset.cell") == cell
    n = seen.texts("[data-cell='1,0']")[0]
    seen.page.keyboard.press("Enter")
    assert seen.page.get_attribute("[data-cell='1,0']", "aria-pressed") == "true"
    assert seen.texts("#count")[0].split()[0] == n
    assert seen.page.is_visible("#only")
    seen.page.keyboard.press("Enter")
    assert seen.page.get_attribute("[data-cell='1,0']", "aria-pressed") == "false"
    assert not seen.page.is_visible("#only")


def test_escape_closes_the_text_of_a_word_and_the_focus_stays(page: Path, opened: Open) -> None:
    seen = opened(page)
    words = seen.page.locator("a.term")
    for i in range(words.count()):
        words.nth(i).focus()
        assert seen.page.is_visible("#tip")
        assert len(seen.texts("#tip")[0].split()) >= 4
        seen.page.keyboard.press("Escape")
        assert not seen.page.is_visible("#tip")
        assert words.nth(i).evaluate("(e) => e === document.activeElement")


def test_the_text_of_a_word_stays_while_the_pointer_rests_on_it(page: Path, opened: Open) -> None:
    seen = opened(page)
    seen.page.hover("main a.term >> nth=0")
    assert seen.page.is_visible("#tip")
    seen.page.hover("#tip")
    assert seen.page.is_visible("#tip")
    seen.page.mouse.move(5, 5)
    assert not seen.page.is_visible("#tip")


def test_more_tickets_take_the_focus_to_the_first_new_one(page: Path, opened: Open) -> None:
    seen = opened(page)
    before = seen.page.locator("#list > li").count()
    seen.page.focus("#more")
    seen.page.keyboard.press("Enter")
    assert before == 5
    assert seen.page.locator("#list > li").count() == 25
    assert (
        seen.page.evaluate(
            "() => [...document.querySelectorAll('#list > li')].indexOf(document.activeElement)"
        )
        == before
    )


def test_a_press_keeps_the_focus_on_what_was_pressed(page: Path, opened: Open) -> None:
    seen = opened(page)
    for target in ("#chips [data-show=fixed]", "#views [data-view=change]", "#today", "#copy"):
        seen.page.focus(target)
        seen.page.keyboard.press("Enter")
        seen.settle()
        assert seen.page.locator(target).evaluate("(e) => e === document.activeElement"), target


def test_dropping_the_chip_of_a_cell_leaves_the_focus_among_the_chips(
    page: Path, opened: Open
) -> None:
    seen = opened(page, fragment="cell=1,2")
    seen.page.focus("#only")
    seen.page.keyboard.press("Enter")
    assert focus(seen) == "button[show=broken]"


def test_only_the_count_of_tickets_is_spoken_when_it_changes(page: Path, opened: Open) -> None:
    seen = opened(page)
    live = "[aria-live], [role=status], [role=alert], [role=log], output"
    assert seen.page.locator(live).evaluate_all("(all) => all.map((e) => e.id)") == ["count"]

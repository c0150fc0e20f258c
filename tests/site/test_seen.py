"""The site in a browser: for every eye, on a phone, in the dark, and searched from disk."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest

from browser import DESK, PHONE, Opened, opened_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHOWN = ("index", "tutorial/index", "how-to/compare", "reference/configuration", "labels")


Scheme = Literal["light", "dark"]


def outside(seen: Opened) -> list[str]:
    """What was asked for that lies beside the site."""
    return [url for url in seen.requests if not url.startswith(("file:", "data:"))]


@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    name: str, site: Path, browser: Browser
) -> None:
    seen = opened_in(browser, site / f"{name}.html")
    found = []
    for look in itertools.product([DESK, PHONE], ["light", "dark"]):
        found += [f"{look}: {one}" for one in complaints(seen, *look)]
    found += [*outside(seen), *seen.errors]
    seen.page.context.close()
    assert found == []


def complaints(seen: Opened, size: tuple[int, int], scheme: Scheme) -> list[str]:
    """What axe finds in a window of this size in this scheme, and whether the page is wider."""
    seen.page.set_viewport_size({"width": size[0], "height": size[1]})
    # A colour that still fades in is none that anybody reads.
    seen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    seen.page.reload()
    seen.settle()
    over = seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*seen.violations(), *([f"{over} pixels too wide"] if over > 0 else [])]


def test_on_a_desk_the_table_of_keys_shows_their_meanings_without_scrolling(
    site: Path, browser: Browser
) -> None:
    seen = opened_in(browser, site / "config.html")
    seen.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    hidden = "table => table.offsetWidth - table.parentElement.clientWidth"
    assert seen.page.locator(".bd-article table").first.evaluate(hidden) <= 0
    seen.page.context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_site_is_dark_for_whoever_has_a_dark_system(
    dark: bool, site: Path, browser: Browser
) -> None:
    seen = opened_in(browser, site / "index.html", dark=dark)
    ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
    levels = [int(level) for level in ground.strip("rgb()").split(",")]
    assert (max(levels) < 64) is dark
    seen.page.context.close()


def test_the_search_leads_to_the_place_of_a_code_from_disk(site: Path, browser: Browser) -> None:
    context = browser.new_context()
    context.set_offline(True)
    page = context.new_page()
    page.goto(f"{(site / 'search.html').as_uri()}?q=TB106")
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
    place = found[0]
    assert "reference/codes.html#" in place
    page.goto(place)
    below = page.locator(f"#{urlsplit(place).fragment}").locator("xpath=ancestor::section[1]")
    assert below.locator("h3").inner_text().startswith("TB106: ")
    context.close()

"""The site in a browser: for every eye, on a phone, in the dark, and searched from disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from browser import DESK, PHONE, Opened, opened_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHOWN = ("index", "tutorial/index", "how-to/compare", "reference/configuration", "labels")


def outside(seen: Opened) -> list[str]:
    """What was asked for that lies beside the site."""
    return [url for url in seen.requests if not url.startswith(("file:", "data:"))]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_and_no_page_is_wider_than_the_screen(
    size: tuple[int, int], site: Path, browser: Browser
) -> None:
    found = []
    for name in SHOWN:
        seen = opened_in(browser, site / f"{name}.html", size=size, dark=size is PHONE)
        found += [f"{name}: {one}" for one in (*seen.violations(), *outside(seen), *seen.errors)]
        over = seen.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{name}: {over} pixels too wide"] if over > 0 else []
        seen.page.context.close()
    assert found == []


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

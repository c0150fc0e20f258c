"""The address holds the state of the page: what differs from the recommended one, and no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browser import Opened
from quickstart import Demo

Open = Callable[..., Opened]

READ = """() => ({
  threshold: document.querySelector("#threshold").value,
  limits: [...document.querySelector("#escalation").selectedOptions].map((o) => o.text),
  prices: ["misroute", "review", "escalate"].map((id) => document.getElementById(id).value),
  search: document.querySelector("#search").value,
  pressed: [...document.querySelectorAll("[aria-pressed=true]")].map((e) => e.textContent),
  live: [...document.querySelectorAll("[id^=live-]")].map((e) => e.textContent),
  cells: [...document.querySelectorAll("[data-cell]")].map((e) => e.textContent),
  tickets: [...document.querySelectorAll("#list > li")].map((e) => e.dataset.ticket),
  count: document.querySelector("#count").textContent,
  only: document.querySelector("#only").textContent,
})"""


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


@pytest.mark.parametrize(
    ("fragment", "probe", "value"),
    [
        ("t=0.70", "document.querySelector('#threshold').value", "0.7"),
        ("e=0.3", "Number(document.querySelector('#escalation').value)", 0.3),
        ("e=0.27", "document.querySelector('#escalation').selectedOptions[0].text", "above 0.27"),
        ("show=fixed", "document.querySelector('#chips [aria-pressed=true]').dataset.show", "fixed"),
        ("view=change", "document.querySelector('#views [aria-pressed=true]').dataset.view", "change"),
        ("cell=1,2", "document.querySelector('[data-cell][aria-pressed=true]').dataset.cell", "1,2"),
        ("pair=technical,account", "document.querySelector('#only').textContent.slice(0, 21)",
         "technical and account"),
        ("q=refund", "document.querySelector('#search').value", "refund"),
        ("misroute=9", "document.querySelector('#misroute').value", "9"),
        ("review=2", "document.querySelector('#review').value", "2"),
        ("e=0.3&escalate=3", "document.querySelector('#escalate').value", "3"),
    ],
)  # fmt: skip
def test_every_key_restores_its_part(
    page: Path, opened: Open, fragment: str, probe: str, value: object
) -> None:
    seen = opened(page, fragment=fragment)
    assert seen.page.evaluate(probe) == value
    assert seen.complaints == []


def test_a_page_put_by_hand_opens_the_same_from_its_address(page: Path, opened: Open) -> None:
    seen = opened(page)
    seen.page.locator("#threshold").fill("0.55")
    seen.page.select_option("#escalation", label="above 0.30")
    seen.page.locator("#misroute").fill("9")
    seen.page.click("#views [data-view=old]")
    seen.page.click("#chips [data-show=wrong]")
    seen.page.locator("#search").fill("the")
    by_hand = _at_rest(seen)
    again = opened(page, fragment=seen.page.url.split("#")[1])
    assert _at_rest(again) == by_hand
    assert again.page.url == seen.page.url


def test_the_recommended_state_has_an_empty_address(page: Path, opened: Open) -> None:
    seen = opened(page, fragment="t=0.5&e=0.3&misroute=9")
    fresh = _at_rest(opened(page))
    seen.page.click("#recommended")
    assert _at_rest(seen) == fresh
    assert seen.page.url == page.as_uri()


@pytest.mark.parametrize(
    "fragment",
    ["t=nan&e=-1&cell=99,99&pair=a,b&show=x&view=y&misroute=-3", "cell=1", "t=", "q=%", "%E0%A4%A",
     "show=__proto__", "pair=technical", "cell=0.5,1", "t=1e400"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_opens_the_page_all_the_same(
    page: Path, opened: Open, fragment: str
) -> None:
    seen = opened(page, fragment=fragment)
    assert seen.complaints == []
    assert seen.page.locator("#list > li").count() >= 1 or "q=" in fragment
    assert "NaN" not in " ".join(seen.probe("words"))


def test_links_of_the_first_screen_lead_to_what_they_name(page: Path, opened: Open) -> None:
    seen = opened(page)
    seen.page.click("#better a[href*='show=']")
    _at_rest(seen)
    assert seen.probe("focus")["covered"] is None
    assert seen.page.locator("#list > li").first.is_visible()
    assert seen.page.evaluate("() => document.activeElement.closest('section').id") == "tickets"


def _at_rest(seen: Opened) -> object:
    # The address is written 200 ms after the last change.
    seen.page.wait_for_timeout(350)
    return seen.page.evaluate(READ)

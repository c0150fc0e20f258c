"""The address holds the state of the page: what differs from the recommended one, and no more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from browser import Opened
from guide_steps import steps
from quickstart import Demo

Open = Callable[..., Opened]

READ = """() => {
  const of = (selector, key) => document.querySelector(selector)?.dataset[key] ?? null;
  const texts = (selector) => [...document.querySelectorAll(selector)].map((e) => e.textContent);
  return {
    threshold: document.querySelector("#threshold").value,
    limit: document.querySelector("#escalation").selectedOptions[0].text,
    prices: ["misroute", "review", "escalate"].map((id) => document.getElementById(id).value),
    search: document.querySelector("#search").value,
    chip: of("#chips [aria-pressed=true]", "show"),
    view: of("#views [aria-pressed=true]", "view"),
    cell: of("[data-cell][aria-pressed=true]", "cell"),
    only: document.querySelector("#only").textContent,
    live: texts("[id^=live-]"),
    cells: texts("[data-cell]"),
    counts: texts("#chips i, #count"),
    tickets: [...document.querySelectorAll("#list > li")].map((e) => e.dataset.ticket),
  };
}"""
NONSENSE = (
    "t=nan&e=-1&cell=99,99&pair=a,b&show=x&view=y&misroute=-3",
    "t=1e400&cell=0.5,1&show=__proto__",
    "cell=1&pair=technical&q=%&t=",
    "%E0%A4%A",
)


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


@pytest.mark.parametrize(
    ("fragment", "restored"),
    [
        (
            "t=0.70&e=0.3&view=change&cell=1,2&q=the&misroute=9&review=2&escalate=3",
            {
                "threshold": "0.7", "limit": "above 0.30", "view": "change", "cell": "1,2",
                "search": "the", "prices": ["9", "2", "3"], "chip": None,
            },
        ),
        ("show=fixed&view=old&e=0.27", {"chip": "fixed", "view": "old", "limit": "above 0.27"}),
        ("pair=technical,account", {"only": "technical and account mixed up ✕", "cell": None}),
    ],
)  # fmt: skip
def test_every_key_restores_its_part(
    page: Path, opened: Open, fragment: str, restored: dict[str, object]
) -> None:
    seen = opened(page, fragment=fragment)
    found = seen.page.evaluate(READ)
    assert {name: found[name] for name in restored} == restored
    assert seen.complaints == []


def test_the_links_of_the_docs_open_what_they_say(page: Path, opened: Open) -> None:
    (links,) = [step.text.splitlines() for step in steps("page.md") if step.kind == "link"]
    assert len(links) == 3
    for link in links:
        said = dict(part.split("=") for part in link.partition("#")[2].split("&"))
        seen = opened(page, fragment=urlencode(said, safe=","))
        found = seen.page.evaluate(READ)
        kept = {"show": found["chip"], "view": found["view"], "q": found["search"]}
        kept |= {"cell": found["cell"], "t": f"{float(found['threshold']):.2f}"}
        kept |= {"e": found["limit"].removeprefix("above ").removesuffix("0")}
        kept |= {"pair": found["only"].partition(" mixed up")[0].replace(" and ", ",")}
        assert {name: kept[name] for name in said} == said
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


@pytest.mark.parametrize("fragment", NONSENSE)
def test_an_address_that_makes_no_sense_opens_the_recommended_state(
    page: Path, opened: Open, fragment: str
) -> None:
    seen = opened(page, fragment=fragment)
    assert seen.complaints == []
    assert "NaN" not in " ".join(seen.probe("words"))
    assert seen.texts("#count")[0] != "0 tickets" or "q=" in fragment
    assert seen.page.input_value("#threshold") == opened(page).page.input_value("#threshold")


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

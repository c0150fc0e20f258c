"""The report in a real browser, opened from disk, under its own content policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browser import PHONE, Opened
from quickstart import Demo

Open = Callable[..., Opened]

USED = (
    "#better a", "#recommended", "#today", "#copy", "#views [data-view=old]",
    "#views [data-view=change]", "[data-cell='1,1']", "#only", "#chips [data-show=fixed]",
    "#chips [data-show=wrong]", "#chips [data-show=all]", "#more", "#pairs summary >> nth=1",
    "#audit summary >> nth=0",
)  # fmt: skip


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_whatever_is_pressed_nothing_is_asked_for_and_nothing_goes_wrong(
    page: Path, opened: Open, dark: bool
) -> None:
    seen = opened(page, dark=dark)
    for target in USED:
        seen.page.click(target)
    seen.page.locator("#search").fill("refund")
    seen.settle()
    assert seen.complaints == []


def test_a_phone_opens_the_costs_by_a_button(page: Path, opened: Open) -> None:
    seen = opened(page, size=PHONE)
    assert not seen.page.is_visible("#misroute")
    seen.page.click("#costs")
    assert seen.page.is_visible("#misroute")
    assert seen.page.get_attribute("#costs", "aria-expanded") == "true"
    seen.page.locator("#misroute").fill("9")
    seen.settle()
    assert seen.complaints == []


def test_no_element_carries_a_style_of_its_own(page: Path, opened: Open) -> None:
    seen = opened(page, script=False)
    assert seen.page.locator("[style]").count() == 0


def test_the_settings_are_copied_as_a_line_of_the_config(page: Path, opened: Open) -> None:
    seen = opened(page, fragment="t=0.7&e=0.3")
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen.page.click("#copy")
    seen.page.wait_for_function("() => document.querySelector('#copy').textContent === 'Copied'")
    line = seen.page.evaluate("() => navigator.clipboard.readText()")
    assert line == "policy: {threshold: 0.70, escalate_above: 0.30}"


def test_a_link_into_a_fold_opens_it(page: Path, opened: Open) -> None:
    seen = opened(page)
    target = seen.page.locator("#audit details").last.get_attribute("id")
    again = opened(page, fragment=target)
    assert again.page.locator(f"#{target}").get_attribute("open") is not None

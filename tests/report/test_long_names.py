"""A page of two endpoints: names such as v2-contrast@lexical-loopback-eu find their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browser import PHONE, Opened
from reports import improved, report_of
from tables import random_table
from ticketbench.report.decide.excerpts import short_name
from ticketbench.report.page import html_page

Open = Callable[..., Opened]

NAMES = tuple(
    f"{rubrics}@{endpoint}"
    for rubrics in ("v1", "v2-contrast")
    for endpoint in ("lexical-here", "lexical-loopback-eu")
)
A_LINE = 24
"""Pixels, at most, of a line of the list."""
_HEIGHTS = "all => all.map(one => one.getBoundingClientRect().height)"
_BROKEN_WORDS = """all => all.flatMap(one => [...one.textContent.matchAll(/\\S+/g)].filter(word => {
  const range = document.createRange();
  range.setStart(one.firstChild, word.index);
  range.setEnd(one.firstChild, word.index + word[0].length);
  return range.getClientRects().length > 1;
}).map(String))"""
_CUT_OFF = """all => all.filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => one.getAttribute("aria-label"))"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    first = random_table(120, sharpness=1.0, rubric_set=NAMES[0])
    others = [
        improved(first, share=0.2 * k, rubric_set=name, seed=k) for k, name in enumerate(NAMES[1:])
    ]
    path = tmp_path_factory.mktemp("named") / "index.html"
    path.write_bytes(html_page(report_of(first, *others, text="does not load")))
    return path


@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("script", [True, False], ids=["with the script", "without it"])
def test_a_name_in_the_list_stands_on_one_line(
    page: Path, opened: Open, size: tuple[int, int], script: bool
) -> None:
    seen = opened(page, size=size, script=script)
    heights = seen.page.locator(".score > :first-child").evaluate_all(_HEIGHTS)
    assert len(heights) >= 15
    assert max(heights) <= A_LINE
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_long_name_breaks_no_other_head_of_the_table_of_labels(page: Path, opened: Open) -> None:
    seen = opened(page)
    heads = seen.page.locator("table.labels th:not([data-name])")
    assert heads.count() > 7
    assert heads.evaluate_all(_BROKEN_WORDS) == []


@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desk", "phone"])
def test_sets_of_one_rubric_set_are_told_apart_wherever_a_name_is_short(
    page: Path, opened: Open, size: tuple[int, int]
) -> None:
    seen = opened(page, size=size)
    cut = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    assert seen.page.locator("#better .named li").evaluate_all(cut) == []
    named = seen.texts("#better .named li")
    assert len(set(named)) == len(named) == len(NAMES)
    lines = seen.texts("#chart-cost .name")
    assert len(set(lines)) == len(lines) == len(NAMES)


def test_no_table_of_the_audit_is_cut_off_on_paper(page: Path, opened: Open) -> None:
    seen = opened(page, fragment="print=all")
    seen.page.set_viewport_size({"width": 703, "height": 1000})
    seen.page.emulate_media(media="print")
    seen.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    regions = seen.page.locator("#audit [role=region]")
    assert regions.count() >= 8
    assert regions.evaluate_all(_CUT_OFF) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(page: Path, opened: Open, dark: bool) -> None:
    seen = opened(page, size=PHONE, dark=dark)
    assert seen.violations() == []


@pytest.mark.parametrize(
    ("name", "most", "short"),
    [
        ("billing", 7, "billing"),
        ("billing_foreign", 9, "billing_…"),
        ("v2@minilm", 9, "v2@minilm"),
        ("v2-contrast@lexical-here", 12, "v2-co…l-here"),
        ("v2-contrast@lexical-there", 12, "v2-co…-there"),
    ],
)
def test_a_name_without_place_loses_its_end_or_its_middle(name: str, most: int, short: str) -> None:
    assert short_name(name, most) == short
    assert len(short) <= most

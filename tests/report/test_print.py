"""The page on paper: what decides and the broken tickets, on four sheets; the audit on demand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from browser import Opened
from quickstart import Demo
from reports import improved, report_of
from tables import random_table
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.report.page import html_page

Open = Callable[..., Opened]

MOST_SHEETS, MOST_TICKETS = 4, 50


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


def printed(seen: Opened) -> bytes:
    return seen.page.pdf(format="A4", tagged=True, outline=True)


def sheets(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def headings(pdf: bytes) -> str:
    """What the outline of the document names, each on a line."""
    found = []
    for plain, coded in re.findall(rb"/Title (?:\(((?:\\.|[^)])*)\)|<([0-9A-F]+)>)", pdf):
        found.append(bytes.fromhex(coded.decode()).decode("utf-16") if coded else plain.decode())
    return "\n".join(found)


def on_paper(seen: Opened) -> None:
    """Show the page as it is printed."""
    seen.page.emulate_media(media="print")
    seen.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")


def tickets(seen: Opened) -> int:
    on_paper(seen)
    return seen.page.locator("li[data-ticket]:visible").count()


@pytest.mark.parametrize("script", [True, False], ids=["with the script", "without it"])
def test_four_sheets_hold_the_decision_and_the_broken_tickets(
    page: Path, opened: Open, script: bool
) -> None:
    seen = opened(page, script=script)
    broken = int(seen.texts("#chips [data-show=broken] i")[0])
    pdf = printed(seen)
    assert sheets(pdf) <= MOST_SHEETS
    assert "Rubrics to sharpen" in headings(pdf)
    assert "Audit" not in headings(pdf)
    assert tickets(seen) == min(MOST_TICKETS, broken)
    assert seen.page.locator("#bar:visible, #chips:visible, #more:visible").count() == 0


def test_the_broken_tickets_are_printed_whatever_the_list_shows(page: Path, opened: Open) -> None:
    seen = opened(page, fragment="show=all&q=the")
    broken = int(seen.texts("#chips [data-show=broken] i")[0])
    assert sheets(printed(seen)) <= MOST_SHEETS
    assert tickets(seen) <= min(MOST_TICKETS, broken)


def test_the_audit_is_printed_on_demand(page: Path, opened: Open) -> None:
    seen = opened(page, fragment="print=all")
    pdf = printed(seen)
    assert "Audit" in headings(pdf)
    assert sheets(pdf) > MOST_SHEETS + 2
    on_paper(seen)
    tables = seen.page.locator("#audit table")
    assert tables.count() >= 10
    assert seen.page.locator("#audit table:visible").count() == tables.count()
    assert seen.complaints == []


def test_long_rubrics_do_not_fill_sheets(tmp_path: Path, opened: Open) -> None:
    base = random_table(200)
    report = report_of(base, improved(base, share=0.5))
    asked = tuple(Rubric(label, f"Is it about {label}? " * 200) for label in base.labels)
    sets = tuple(RubricSet(name, asked) for name in ("v1", "v2"))
    page = tmp_path / "index.html"
    results = replace(report.results, rubric_sets=sets)
    page.write_bytes(html_page(replace(report, results=results)))
    seen = opened(page)
    assert seen.page.inner_text("#pairs").count("Is it about") > 100
    assert sheets(printed(seen)) <= MOST_SHEETS

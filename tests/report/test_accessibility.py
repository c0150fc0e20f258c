"""The page for every eye: axe finds nothing, and texts stand out from their ground."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from browser import Opened, opened_in
from quickstart import Demo

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LEAST = 4.5
"""WCAG 2.2, 1.4.3: contrast of text that is not large."""


@pytest.fixture(scope="module", params=[False, True], ids=["light", "dark"])
def seen(demo: Demo, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Opened]:
    seen = opened_in(browser, demo.out / "index.html", dark=request.param)
    yield seen
    seen.page.context.close()


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_axe_finds_nothing_with_folds_closed_or_open(seen: Opened, width: int) -> None:
    seen.page.set_viewport_size({"width": width, "height": 900})
    seen.close_folds()
    closed = seen.violations()
    seen.open_folds()
    # Over all folds axe takes ten seconds for contrast alone; ours, a second.
    opened = seen.violations(without=["color-contrast"])
    assert [*closed, *opened, *seen.faint("body", least=LEAST)] == []


def test_a_cell_of_the_matrix_stands_out_in_every_view_at_every_threshold(seen: Opened) -> None:
    seen.close_folds()
    n, faint = 0, []
    for view in ("new", "old", "change"):
        seen.page.click(f"#views [data-view={view}]")
        for threshold in ("0", "0.3", "0.6", "0.9", "1"):
            seen.page.locator("#threshold").fill(threshold)
            seen.settle()
            n += len(seen.probe("contrast", "[data-cell]"))
            faint += [f"{view} {threshold} {one}" for one in seen.faint("#mix", least=LEAST)]
    assert n >= 3 * 5 * 25
    assert faint == []


def test_text_in_drawings_stands_out_from_what_lies_under_it(seen: Opened) -> None:
    seen.open_folds()
    assert len(seen.probe("contrast", "svg")) >= 30
    assert seen.faint("svg", least=LEAST) == []

"""The page for every eye: axe finds nothing, and numbers stand out from their ground."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from browser import Opened
from quickstart import Demo

Open = Callable[..., Opened]

LEAST = 4.5
"""WCAG 2.2, 1.4.3: contrast of text that is not large."""


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 390])
def test_axe_finds_nothing_with_folds_closed_or_open(
    page: Path, opened: Open, width: int, dark: bool
) -> None:
    seen = opened(page, size=(width, 900), dark=dark)
    closed = seen.violations()
    seen.open_folds()
    assert [*closed, *seen.violations()] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_cell_of_the_matrix_stands_out_in_every_view_at_every_threshold(
    page: Path, opened: Open, dark: bool
) -> None:
    seen = opened(page, dark=dark)
    measured = [
        (view, threshold, one["text"], one["ratio"])
        for view in ("new", "old", "change")
        for threshold in (0, 0.3, 0.6, 0.9, 1)
        for one in _cells(seen, view, threshold)
    ]
    assert len(measured) >= 15 * 25
    assert [one for one in measured if one[3] is None or one[3] < LEAST] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_in_drawings_stands_out_from_what_lies_under_it(
    page: Path, opened: Open, dark: bool
) -> None:
    seen = opened(page, dark=dark)
    seen.open_folds()
    measured = seen.probe("contrast", "svg")
    assert len(measured) >= 20
    assert [one for one in measured if one["ratio"] is None or one["ratio"] < LEAST] == []


def _cells(seen: Opened, view: str, threshold: float) -> list[dict[str, object]]:
    seen.page.click(f"#views [data-view={view}]")
    seen.page.locator("#threshold").fill(str(threshold))
    seen.settle()
    found: list[dict[str, object]] = seen.probe("contrast", "[data-cell]")
    return found

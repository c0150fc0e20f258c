"""How much a reader has to take in with the folds closed, and how wide the page is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from browser import Opened
from quickstart import Demo

Open = Callable[..., Opened]

MOST_WORDS, MOST_NUMBERS, MOST_PIXELS = 900, 300, 4_500
NARROW = {"a small phone": (320, 700), "a phone": (390, 844), "1280 at 200 %": (640, 450)}


@pytest.fixture
def page(demo: Demo) -> Path:
    return demo.out / "index.html"


def test_words_numbers_and_height_are_few_and_brackets_are_for_the_audit(
    page: Path, opened: Open
) -> None:
    seen = opened(page)
    words = " ".join(seen.probe("words"))
    above = " ".join(seen.probe("words", {"without": "#audit"}))
    height = seen.page.evaluate("() => document.documentElement.scrollHeight")
    numbers = re.findall(r"\d+(?:[.,]\d+)*", words)
    assert (len(words.split()) <= MOST_WORDS, len(numbers) <= MOST_NUMBERS) == (True, True)
    assert height <= MOST_PIXELS
    assert "[" not in above


@pytest.mark.parametrize("size", NARROW.values(), ids=NARROW.keys())
def test_no_page_is_wider_than_its_window(page: Path, opened: Open, size: tuple[int, int]) -> None:
    seen = opened(page, size=size)
    closed = seen.probe("wide")
    seen.open_folds()
    assert [*closed, *seen.probe("wide")] == []


def test_the_demo_weighs_at_most_200_kilobytes_and_its_audit_46(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    start = text.index('<section id="audit"')
    audit = len(text[start : text.index("</main>")].encode("utf-8"))
    assert audit <= 46 * 1024
    assert len(text.encode("utf-8")) - audit <= 200 * 1024

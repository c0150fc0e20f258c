"""A short page is safe, whole and the same each time."""

from __future__ import annotations

import base64
import hashlib
import re

from ticketbench.report.short_page import Part, ShortPage, short_page

NASTY = '<script>alert("x")</script>\u202e'


def made(text: str = "b") -> str:
    part = Part("Tickets", (f"a {text}",), ("id", text), (("T1", text),))
    return short_page(
        ShortPage(f"{text} and more", f"{text} is better", ("so", text), (part,))
    ).decode()


def test_every_text_is_escaped() -> None:
    html = made(NASTY)
    assert "<script" not in html
    assert "\u202e" not in html
    assert html.count("&lt;script&gt;") == 7


def test_it_has_one_heading_sentences_and_tables_with_heads() -> None:
    html = made()
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["b is better."]
    assert '<th scope="col">id</th><th scope="col">b</th>' in html
    assert "<td>T1</td><td>b</td>" in html
    assert "<table" not in short_page(ShortPage("t", "h", (), (Part("p"),))).decode()


def test_nothing_is_loaded_or_run_and_the_style_is_the_one_that_the_policy_names() -> None:
    html = made()
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src &#39;none&#39;; style-src &#39;sha256-{digest}&#39;" in html
    assert not re.search(r"https?://|src=|<script", html)


def test_equal_values_are_equal_bytes() -> None:
    assert made() == made()

"""The page says what the terminal says, with ids masked and no text."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape

from labelled_states import NEW, OLD, labelled, state
from ticketbench.edge.labels.state import order_digest
from ticketbench.flow.labels.judge import judged_labels
from ticketbench.flow.labels.page import verdict_page
from ticketbench.flow.labels.words import headline, lines, more_lines, share_rows


def test_headline_sentences_and_shares_are_those_of_the_terminal() -> None:
    found = judged_labels(labelled(state(), *([NEW] * 12)))
    html = unescape(verdict_page(found).decode())
    for sentence in (headline(found), *lines(found), *more_lines(found)[:2]):
        assert f"{sentence}." in html
    for row in share_rows(found):
        assert "".join(f"<td>{cell}</td>" for cell in row) in html


def test_labelled_and_disputed_tickets_are_listed_and_ids_masked() -> None:
    ids = ("jane@example.com", *(f"T{i}" for i in range(2, 41)))
    of = state()
    named = replace(of, log=replace(of.log, ids=ids, order=order_digest(ids)))
    both = labelled(labelled(named, NEW, NEW, annotator="anna"), OLD, annotator="ben")
    html = verdict_page(judged_labels(both)).decode()
    assert "jane" not in html
    assert "[mail]" in html
    assert "anna: y, ben: x" in html
    assert "Labelled tickets" in html


def test_names_of_sets_and_labels_are_escaped() -> None:
    of = labelled(state(), *([NEW] * 12))
    nasty = '<script>alert("x")</script>\u202e'
    named = replace(of, candidate=replace(of.candidate, name=nasty))
    html = verdict_page(judged_labels(named)).decode()
    assert "<script" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html


def test_nothing_is_loaded_or_run_and_the_style_is_the_one_that_the_policy_names() -> None:
    html = verdict_page(judged_labels(state())).decode()
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in unescape(html)
    assert not re.search(r"https?://|src=|<script", html)

"""The words of the page: short, plain, one explanation for page and docs."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tables import random_table
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, run_results
from ticketbench.report.dictionary.glossary import AUDIT, DECIDE, GLOSSARY
from ticketbench.report.rendering import Report
from ticketbench.report.sections import rendered_sections

DOCS = Path(__file__).resolve().parents[3] / "docs" / "statistics.md"
ASKED = (
    "threshold escalation by-hand cost right-alone out-alone to-a-person how-sure mixed-up broken "
    "fixed near-tie label-suspect rubric today target hurt fix-next"
).split()
NOT_BEFORE_AUDIT = (
    "coverage precision recall accuracy macro calibration calibrated interval significant policy "
    "temperature gold baseline"
).split()


def test_the_words_of_the_first_part_come_first_and_in_their_order() -> None:
    assert list(DECIDE) == ASKED
    assert list(GLOSSARY) == [*DECIDE, *AUDIT]


@pytest.mark.parametrize("id", GLOSSARY)
def test_every_word_is_explained_in_at_most_40_words_that_end_with_a_stop(id: str) -> None:
    word = GLOSSARY[id]
    assert re.fullmatch(r"[a-z][a-z0-9-]*", id)
    assert len(word.explanation.split()) <= 40
    assert word.explanation.endswith(".")
    assert "|" not in word.term + word.explanation


@pytest.mark.parametrize("id", DECIDE)
def test_a_lead_meets_no_name_of_a_statistic_and_no_bracket_in_the_first_words(id: str) -> None:
    said = set(re.findall(r"[a-z]+", " ".join(GLOSSARY[id]).lower()))
    assert not said & set(NOT_BEFORE_AUDIT)
    assert not set("[]()%") & set(" ".join(GLOSSARY[id]))


def test_terms_are_told_apart() -> None:
    terms = [word.term for word in GLOSSARY.values()]
    assert len(terms) == len(set(terms))


def test_the_docs_explain_every_word_in_the_same_sentence_and_order() -> None:
    page = DOCS.read_text(encoding="utf-8")
    table = page.partition("## Words\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert rows[0] == ("word", "means")
    assert rows[1:] == [(w.term.replace("_", r"\_"), w.explanation) for w in GLOSSARY.values()]


def test_the_page_has_every_word_and_an_anchor_for_those_that_deciding_links_to() -> None:
    of = run_results("r", DatasetSummary("d", "f", 30, ()), (), [random_table(30)], Settings(), ())
    (fold,) = (s for s in rendered_sections(Report(of, {}, "0")) if s.id == "words")
    shown = re.findall(r'<dt>([^<]*)</dt><dd(?: id="word-([^"]+)")?>([^<]*)</dd>', fold.body)
    assert [(unescape(term), unescape(said)) for term, _, said in shown] == [*GLOSSARY.values()]
    assert [id for _, id, _ in shown if id] == list(DECIDE)
    assert fold.body.startswith('<dl id="glossary">')
    assert fold.short == f"{len(GLOSSARY)} words"

"""The HTML report: complete without a script, closed to the network, safe with any text."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tables import random_table, table
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.core.types import Failure
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.results import DatasetSummary, LabelCount, RunResults, run_results
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report, visible
from ticketbench.report.words.setting import setting_text
from ticketbench.report.words.verdict import accuracy_text

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"


class Tags(HTMLParser):
    """Collects start tags, ids, links and the text of style and script elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: dict[str, list[str]] = {"style": [], "script": []}
        self.unbalanced: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "line", "rect", "circle", "polyline", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.texts:
            self.texts[self.open[-1]].append(data)


STATES = set("t e use against show pair cell view q label print".split())
"""What a fragment may set; such a link leads to no anchor."""


def report(label: str = "a", text: str = "", n: int = 60, *, followed: bool = True) -> Report:
    """Two sets with a failed ticket each; `followed` by what a threshold moves."""
    labels = (label, "b", "c")
    tables = []
    for seed, name in ((1, "v1"), (2, "v2")):
        drawn = random_table(n, k=3, seed=seed)
        gold = [labels[i] for i in random_table(n, k=3, seed=1).truth]
        failed = (Failure("t-failed", "http", 422, "bad"),)
        made = table(drawn.scores.tolist(), gold, labels=labels, rubric_set=name, failures=failed)
        tables.append(made)
    rubrics = tuple(Rubric(name, f"Is it {name}? {text}") for name in labels)
    sets = (RubricSet("v1", rubrics), RubricSet("v2", rubrics))
    summary = DatasetSummary("d.csv", "f" * 64, n + 1, (LabelCount(label, n),))
    results = run_results("r", summary, sets, tables, Settings(), ())
    texts = {f"t{i}": text for i in range(n)} if text else {}
    return Report(results, texts, "0.1.0", tables=tables if followed else ())


@pytest.fixture(scope="module", params=[True, False], ids=["with scores", "of results alone"])
def page(request: pytest.FixtureRequest) -> str:
    return html_page(report(followed=request.param)).decode("utf-8")


def test_the_folds_stand_in_the_order_of_their_questions(page: str) -> None:
    ids = re.findall(r'<details id="audit-([a-z]+)"', page)
    before = ["verdict", "measures", "threshold", "calibration", "coverage", "labels"]
    assert ids == [*before, "confusions", "rubrics", "review", "origin", "words"]


def test_every_tag_is_closed(page: str) -> None:
    parsed = Tags(page)
    assert parsed.unbalanced == []
    assert parsed.open == []


def test_every_id_is_unique_and_every_anchor_leads_somewhere(page: str) -> None:
    tags = Tags(page).tags
    ids = [attrs["id"] for _, attrs in tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    links = {(attrs.get("href") or "")[1:] for tag, attrs in tags if tag in ("a", "use")}
    states = {link for link in links if "=" in link}
    assert links - states <= set(ids)
    assert {part.split("=")[0] for link in states for part in link.split("&")} <= STATES
    assert bool(states) == ("tickets" in ids)


def test_nothing_is_loaded_and_no_style_or_handler_is_inline(page: str) -> None:
    for _, attrs in Tags(page).tags:
        assert not {"src", "style", "srcset", "data"} & set(attrs)
        assert not [name for name in attrs if name.startswith("on")]
        assert (attrs.get("href") or "#").startswith("#")
    assert "http://" not in page
    assert "https://" not in page


def test_the_policy_allows_exactly_our_style_and_script(page: str) -> None:
    parsed = Tags(page)
    policy = next(a["content"] for t, a in parsed.tags if t == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    script = parsed.texts["script"][-1]
    for directive, content in (("style", parsed.texts["style"][0]), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive}-src 'sha256-{digest}'" in policy


def test_a_hostile_label_text_and_rubric_are_only_shown() -> None:
    page = html_page(report(label=HOSTILE, text=HOSTILE)).decode("utf-8")
    tags = Tags(page).tags
    assert "img" not in [tag for tag, _ in tags]
    assert "49" not in re.findall(r"\{\{.*?\}\}", page)
    assert "\u202e" not in page
    assert "⟨U+202E⟩" in page
    assert Tags(page).unbalanced == []


def test_failed_tickets_are_counted_in_the_first_fold(page: str) -> None:
    assert "61 requested = 60 scored + 1 failed" in page[: page.index('id="audit-measures"')]


def test_equal_results_give_equal_bytes() -> None:
    assert html_page(report()) == html_page(report())


def test_a_page_of_no_tickets_at_all_is_still_a_page() -> None:
    empty = table([], [])
    results = run_results("r", DatasetSummary("d", "f", 0, ()), (), [empty], Settings(), ())
    page = html_page(Report(results, {}, "0.1.0")).decode("utf-8")
    assert Tags(page).unbalanced == []
    assert "nan" not in re.sub(r"<[^>]*>", "", page.lower().split("<script>")[0])


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.text(min_size=1, max_size=40).filter(lambda t: t not in ("b", "c")))
def test_any_label_leaves_the_page_well_formed(label: str) -> None:
    encodable = label.encode("utf-8", "replace").decode("utf-8")
    if encodable in ("b", "c"):
        return
    parsed = Tags(html_page(report(label=encodable, n=8)).decode("utf-8"))
    assert parsed.unbalanced == []
    assert {tag for tag, _ in parsed.tags} <= KNOWN_TAGS


KNOWN_TAGS = set(
    "html head meta title style body a header h1 p nav ul li main section div strong b span h2 h3 "
    "label input output table caption thead tr th tbody td script figure svg line text polyline "
    "circle rect polygon path g figcaption details summary dl dt dd code footer button select "
    "option template i use".split()
)


def test_visible_keeps_line_ends_and_shows_the_rest() -> None:
    assert visible("a\nb\tc\x00\u200b") == "a\nb\tc⟨U+0000⟩⟨U+200B⟩"


def run_of(results: RunResults) -> str:
    return html_page(Report(results, {}, "0")).decode("utf-8")


def test_one_rubric_set_is_reported_without_a_comparison() -> None:
    results = run_results(
        "r", DatasetSummary("d", "f", 60, ()), (), [random_table(60)], Settings(), ()
    )
    page = run_of(results)
    headline = setting_text(results.recommendation, results.evaluations).headline
    assert f"<title>r: {headline}</title>" in page
    assert f"<p><strong>v1</strong>: {accuracy_text(results.evaluations[0])}.</p>" in page
    assert "v1 to" not in page


def test_three_rubric_sets_are_each_compared_with_the_first() -> None:
    tables = [random_table(60, rubric_set=name) for name in ("v1", "v2", "v3")]
    results = run_results("r", DatasetSummary("d", "f", 60, ()), (), tables, Settings(), ())
    page = run_of(results)
    assert "v1 to v2" in page
    assert "v1 to v3" in page

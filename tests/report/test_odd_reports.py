"""Reports of odd names, scores and gaps: what stands there before the script stays with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from browser import Opened
from reports import STATED, improved, report_of
from tables import random_table
from ticketbench.core.policy import Policy
from ticketbench.core.types import Failure, ScoreTable
from ticketbench.measure.recommendation import Today
from ticketbench.report.page import html_page
from ticketbench.report.rendering import Report

Open = Callable[..., Opened]

LIST = """() => [...document.querySelectorAll("#list > li")].map((row) => [
  row.dataset.ticket, row.querySelector(".id").textContent.replace(/\\s+/g, " ").trim(),
  ...[...row.querySelectorAll(".score span")].map((e) => `${e.textContent} ${e.className}`),
  row.querySelector(".text, summary")?.textContent ?? "",
])"""


@pytest.fixture
def odd(tmp_path: Path, opened: Open) -> Callable[..., Opened]:
    """Opens the page of a report."""

    def open_(report: Report, **how: object) -> Opened:
        page = tmp_path / "index.html"
        page.write_bytes(html_page(report))
        return opened(page, **how)

    return open_


def rounded(table: ScoreTable, decimals: int) -> ScoreTable:
    return replace(table, scores=np.maximum(np.round(table.scores, decimals), 0.1**decimals))


def without(table: ScoreTable, rows: Sequence[int]) -> ScoreTable:
    """The table with an endless wait in place of these answers."""
    keep = np.array([i not in rows for i in range(table.n_scored)])
    lost = tuple(Failure(table.ids[i], "timeout") for i in rows)
    return replace(table.rows(keep), failures=lost)


@pytest.mark.parametrize("decimals", [2, 9])
def test_the_list_is_the_same_with_the_script(odd: Callable[..., Opened], decimals: int) -> None:
    base = rounded(random_table(150, seed=decimals), decimals)
    worse = rounded(improved(random_table(150, seed=decimals), share=0.4), decimals)
    long = {i: f"{i} " + "fire 🔥 and so on … \x85" * 12 for i in base.ids}
    report = replace(report_of(base, without(worse, [1, 2, 3])), texts=long)
    plain = odd(report, script=False).page.evaluate(LIST)
    assert len(plain) > 5
    seen = odd(report)
    seen.page.evaluate("() => document.querySelector('#more').click()")
    seen.page.evaluate("() => document.querySelector('#more').click()")
    assert seen.page.evaluate(LIST)[: len(plain)] == plain


NAMES = ("review", "a, b", "__proto__", "R&D 50% +1", 'say "hi"\u202e', "constructor")
PRESS = (
    "href => [...document.querySelectorAll('a')].find(a => a.getAttribute('href') === href).click()"
)


def named(table: ScoreTable, names: Sequence[str]) -> ScoreTable:
    return replace(table, labels=tuple(names), gold_labels=tuple(names))


@pytest.mark.parametrize("k", [6, 20])
def test_every_number_that_leads_to_the_list_is_its_length(
    odd: Callable[..., Opened], k: int
) -> None:
    names = (*NAMES, *(f"l{i}" for i in range(k)))[:k]
    base = named(random_table(300, k=k, sharpness=1.5), names)
    seen = odd(report_of(base, improved(base, share=0.2)))
    links = seen.page.evaluate(
        '() => [...document.querySelectorAll(\'a[href^="#pair="], a[href^="#taken="]\')]'
        ".map((a) => [a.getAttribute('href'), a.textContent.replace(/\\D/g, '')])"
    )
    assert len(links) >= 3
    for href, n in links:
        seen.page.evaluate(PRESS, href)
        assert seen.texts("#count")[0].split()[0] == n, href
        by_hand = _at_rest(seen)
        again = odd(report_of(base, improved(base, share=0.2)), fragment=href[1:])
        assert again.texts("#count, #only") == by_hand
        again.page.context.close()
        if k > 12:
            break
    assert seen.complaints == []


def test_the_worst_pairs_are_those_of_the_set_in_view(odd: Callable[..., Opened]) -> None:
    base = random_table(300, k=20, sharpness=1.5)
    seen = odd(report_of(base, improved(base, share=0.3)))
    seen.open_folds()
    for view in ("old", "new"):
        seen.page.click(f"#views [data-view={view}]")
        parts = [seen.texts(f"#worst [data-part={part}]") for part in ("all", "out", "person")]
        for all_, out, person in zip(*parts, strict=True):
            assert int(all_) == int(out) + int(person)
            assert int(person) >= 0


def test_a_set_that_is_chosen_has_its_name_wherever_its_numbers_stand(
    odd: Callable[..., Opened],
) -> None:
    base = random_table(200)
    seen = odd(
        report_of(base, improved(base, share=0.5), improved(base, share=0.3, rubric_set="v3"))
    )
    seen.page.select_option("#use", label="v3")
    seen.settle()
    assert seen.texts("#views button")[0] == "v3"
    assert set(seen.texts("#labels [data-name=use]")) == {"v3"}
    seen.page.context.close()
    same = odd(report_of(base, improved(base, share=0.5)), fragment="use=v1")
    assert same.texts("#views button") == ["v1", "v2", "v1 → v2"]


def test_what_today_gives_stays_where_it_has_a_scale_of_its_own(odd: Callable[..., Opened]) -> None:
    base = random_table(200)
    policy = replace(STATED.policy, temperature=2.0)
    report = report_of(
        base, improved(base, share=0.5),
        settings=replace(STATED, policy=policy), today=Today("v1", Policy()),
    )  # fmt: skip
    plain = odd(report, script=False).texts("#labels td")
    assert odd(report).texts("#labels td") == plain


def test_links_within_the_page_lose_no_state_and_the_way_back_restores_one(
    odd: Callable[..., Opened],
) -> None:
    base = random_table(200)
    seen = odd(report_of(base, improved(base, share=0.5)), fragment="t=0.40")
    seen.page.click("#pays a")
    _at_rest(seen)
    assert seen.page.evaluate("() => location.hash") == "#t=0.4"
    seen.page.evaluate("() => { location.hash = 'e=0.3'; }")
    _at_rest(seen)
    assert seen.page.evaluate("() => location.hash") == "#e=0.3"
    assert seen.page.input_value("#escalation") == "0.3"
    seen.page.go_back()
    _at_rest(seen)
    assert seen.page.input_value("#threshold") == "0.4"
    assert seen.page.input_value("#escalation") == ""


def test_what_is_no_price_gives_way_to_the_one_in_force(odd: Callable[..., Opened]) -> None:
    base = random_table(200)
    seen = odd(report_of(base, improved(base, share=0.5)))
    for typed in ("", "-3", "1e99"):
        seen.page.fill("#misroute", typed)
        seen.page.press("#misroute", "Tab")
        assert seen.page.input_value("#misroute") == "5"


def test_settings_are_copied_with_all_their_digits(odd: Callable[..., Opened]) -> None:
    base = random_table(200)
    policy = Policy(threshold=0.605, escalate_above=0.333)
    seen = odd(report_of(base, settings=replace(STATED, policy=policy)))
    seen.page.evaluate(
        "() => Object.defineProperty(navigator, 'clipboard',"
        " {value: {writeText: async (text) => { window.copied = text; }}})"
    )
    seen.page.click("#today")
    seen.page.click("#copy")
    line = "policy: {threshold: 0.605, escalate_above: 0.333}"
    assert seen.page.evaluate("() => window.copied") == line
    assert "above 0.333" in seen.texts("#escalation option")


@pytest.mark.parametrize(
    "policy", [Policy(label_thresholds=(("l0", 0.8),)), Policy(temperature=2.0)]
)
def test_no_button_sets_a_today_that_one_threshold_cannot_be(
    odd: Callable[..., Opened], policy: Policy
) -> None:
    base = random_table(200)
    report = report_of(
        base, improved(base, share=0.5), settings=replace(STATED, policy=Policy()),
        today=Today("v1", policy),
    )  # fmt: skip
    seen = odd(report)
    assert seen.page.locator("#today").count() == 0
    assert seen.texts("#recommended, #copy") == ["Recommended", "Copy settings"]


def test_the_sets_of_many_labels_can_be_looked_at_without_opening_the_matrix(
    odd: Callable[..., Opened],
) -> None:
    base = random_table(400, k=14)
    seen = odd(report_of(base, improved(base, share=0.5)))
    taken = seen.texts("#worst td[data-part=all]")
    seen.page.click("#views [data-view=old]")
    _at_rest(seen)
    assert seen.texts("#worst td[data-part=all]") != taken


def test_three_sets_with_escalation_need_two_rows_of_controls(odd: Callable[..., Opened]) -> None:
    base = random_table(200)
    third = improved(base, share=0.6, rubric_set="v3")
    seen = odd(report_of(base, improved(base, share=0.5), third))
    seen.page.select_option("#escalation", "0.3")
    _at_rest(seen)
    assert seen.page.evaluate("() => document.querySelector('#bar').offsetHeight") <= 96
    assert "Near tie, v" in seen.page.inner_text("#chips")


def test_the_matrix_has_a_stop_though_its_first_row_is_hidden(odd: Callable[..., Opened]) -> None:
    base = random_table(200)
    truth = np.where(base.truth == 0, 1, base.truth)
    seen = odd(report_of(replace(base, truth=truth)))
    stop = seen.page.locator("#matrix button[tabindex='0']")
    assert stop.count() == 1
    assert stop.is_visible()


def test_a_page_without_texts_promises_none(odd: Callable[..., Opened]) -> None:
    base = random_table(200)
    seen = odd(report_of(base, improved(base, share=0.5)))
    seen.page.click("#chips [data-show=all]")
    assert "text not kept" not in seen.page.inner_text("#list")
    assert "This page holds no texts" in seen.page.inner_text("#tickets")


LONG = tuple("x" * 58 + f"{i:02d}" for i in range(4))


@pytest.mark.parametrize("size", [(1280, 900), (390, 844), (320, 640)])
def test_long_names_make_no_page_wider_than_its_window(
    odd: Callable[..., Opened], size: tuple[int, int]
) -> None:
    base = named(random_table(300, sharpness=1.0), LONG)
    sets = [improved(base, share=0.1 * i, rubric_set=f"{'v' * 58}-{i}") for i in (1, 2)]
    seen = odd(report_of(base, *sets), size=size)
    seen.page.evaluate(
        "() => document.querySelectorAll('details').forEach("
        "(d) => { d.open = !d.closest('#audit'); })"
    )
    # Answers beside the titles of the audit are as long as the names in them.
    assert any(name[:-1] in seen.page.inner_text("#audit") for name in LONG)
    wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert seen.page.evaluate(wide) <= 0
    if size[0] == 1280:
        assert seen.page.evaluate("() => document.querySelector('#bar').offsetHeight") <= 90


def _at_rest(seen: Opened) -> list[str]:
    """What the list counts, when the address has been written."""
    seen.page.wait_for_timeout(300)
    return seen.texts("#count, #only")

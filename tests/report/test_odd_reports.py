"""Reports of odd names, scores and gaps: what stands there before the script stays with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from browser import Opened
from reports import improved, report_of
from tables import random_table
from ticketbench.core.types import Failure, ScoreTable
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


@pytest.mark.parametrize("decimals", [2, 3, 9])
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

"""What was measured of each rubric set, side by side in one table."""

from __future__ import annotations

import re

import pytest

from ticketbench.report.tables import Rows, beside


def made(
    *of: tuple[str, Rows], columns: tuple[str, ...] = ("n", "right"), spans: bool = False
) -> str:
    return str(beside("Name", "What it says", first="label", columns=columns, of=of, spans=spans))


def lines(html: str) -> list[list[str]]:
    found = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line) for line in found]


ONE: Rows = [("a", ("1", "50%")), ("b", ("2", "60%"))]
OTHER: Rows = [("b", ("3", "70%")), ("c", ("4", "80%"))]


def test_sets_share_the_lines_of_the_rows_that_both_have() -> None:
    html = made(("v1", ONE), ("v2", OTHER))
    assert lines(html) == [
        ["label", "v1", "v2"],
        ["n", "right", "n", "right"],
        ["a", "1", "50%", "", ""],
        ["b", "2", "60%", "3", "70%"],
        ["c", "", "", "4", "80%"],
    ]
    assert '<th rowspan="2">label</th><th colspan="2">v1</th>' in html


def test_one_set_has_a_single_line_of_heads() -> None:
    html = made(("v1", ONE))
    assert lines(html)[0] == ["label", "n", "right"]
    assert "span" not in html
    assert "class" not in html


def test_a_single_column_is_headed_by_the_sets() -> None:
    html = made(("v1", [("a", ("1",))]), ("v2", [("a", ("2",))]), columns=("n",))
    assert lines(html) == [["label", "v1", "v2"], ["a", "1", "2"]]


@pytest.mark.parametrize(
    ("spans", "heads"),
    [(True, "0.1 to 0.3, 0.4, 0.5"), (False, "0.1, 0.2, 0.3, 0.4, 0.5")],
)
def test_lines_that_follow_each_other_and_are_alike_share_one_where_asked(
    spans: bool, heads: str
) -> None:
    shown = ["7", "7", "7", "8", "7"]
    rows = [(f"0.{i}", (n,)) for i, n in enumerate(shown, start=1)]
    html = made(("v1", rows), columns=("n",), spans=spans)
    assert ", ".join(line[0] for line in lines(html)[1:]) == heads


def test_what_a_set_or_a_label_is_called_is_only_shown() -> None:
    html = made(("<b>", [("<i>", ("<u>", "x"))]), ("v2", ()))
    assert not re.search(r"<[biu]>", html)
    assert "&lt;i&gt;" in html


def test_the_table_stands_in_a_region_with_a_name() -> None:
    html = made(("v1", ONE))
    assert html.startswith('<div tabindex="0" role="region" aria-label="Name"><table>')
    assert "<caption>What it says</caption>" in html

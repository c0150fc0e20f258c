"""Texts that no spreadsheet runs, and that come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.edge.files.cells import original, safe


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-x", "'-x"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        ("'=1", "''=1"),
        ("a\x1b[31m", "a\\u{1b}[31m"),
        ("\u202egnp.exe", "\\u{202e}gnp.exe"),
        ("\\u{41}", "\\u{5c}u{41}"),
        ("a=b", "a=b"),
        ("a\nb\tc", "a\nb\tc"),
        ("C:\\users", "C:\\users"),
        ("", ""),
    ],
)
def test_a_cell_is_shown_so_that_nothing_runs(cell: str, shown: str) -> None:
    assert safe(cell) == shown
    assert original(shown) == cell


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text() | st.text("=+-@'\t\r\n\\u{}0123456789abcdef\x00\u202e", max_size=12))
def test_any_text_comes_back(cell: str) -> None:
    assert original(safe(cell)) == cell
    assert not safe(cell).startswith(tuple("=+-@\t\r\n＝＋－＠"))


@pytest.mark.parametrize("escape", ["\\u{ffffff}", "\\u{110000}", "\\u{d800}", "\\u{dfff}"])
def test_an_escape_that_is_no_character_is_told(escape: str) -> None:
    with pytest.raises(ValueError, match="stands for no character"):
        original(f"a{escape}b")

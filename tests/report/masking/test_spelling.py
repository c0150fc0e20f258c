"""One spelling: what looks like a digit, a dash or a blank is one, and its place is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.report.masking.spelling import spelt


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("٠٥٠ ١٢٣", "050 123"),
        ("０９０－１２", "090-12"),
        ("a\u00a0b\u202fc", "a b c"),
        ("1\u20112\u20133\u22124", "1-2-3-4"),
        ("山田＠例．jp", "山田@例.jp"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("1\ufe0f\u20e32", "12"),
        ("Grüße", "Grüße"),
        ("", ""),
    ],
)
def test_characters_are_plain(text: str, plain: str) -> None:
    assert spelt(text).text == plain


@given(st.text(alphabet="a1\u200b\u00ad é٣", max_size=30))
def test_every_plain_character_knows_its_place(text: str) -> None:
    found = spelt(text)
    for i, plain in enumerate(found.text):
        start, end = found.original(i, i + 1)
        assert end == start + 1
        assert spelt(text[start]).text == plain

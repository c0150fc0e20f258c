"""What foreign text looks like in a message: short, on one line, without controls."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.quotes import clipped, columns_near, listed, quoted, words

CASES = settings(deadline=None, database=None, derandomize=True, max_examples=200)


@CASES
@given(st.text(max_size=200))
def test_a_quote_is_short_printable_and_on_one_line(text: str) -> None:
    for shown in (quoted(text), clipped(text)):
        assert len(shown) <= 60
        assert shown.isprintable()


@CASES
@given(st.text(alphabet=st.characters(codec="ascii", categories=("L", "N")), max_size=58))
def test_a_short_text_is_quoted_as_python_writes_it(text: str) -> None:
    assert (quoted(text), clipped(text)) == (repr(text), text)


def test_a_cut_shows() -> None:
    assert quoted("x" * 100) == f"'{'x' * 57}…'"
    assert clipped("x" * 100) == f"{'x' * 59}…"


def test_60_characters_are_not_cut() -> None:
    assert clipped("x" * 60) == "x" * 60
    assert quoted("x" * 58) == f"'{'x' * 58}'"


def test_controls_are_escaped() -> None:
    assert quoted("a\x1b[2J\u202e\n") == r"'a\x1b[2J\u202e\n'"


def test_three_names_are_listed_and_the_rest_counted() -> None:
    assert [listed("abcde"[:n]) for n in (0, 1, 3, 5)] == [
        "",
        "'a'",
        "'a', 'b', 'c'",
        "'a', 'b', 'c' and 2 more",
    ]


def test_30_words_stand_without_quotes_and_the_rest_is_counted() -> None:
    assert words(["a", "b"]) == "a, b"
    assert words([str(i) for i in range(32)]).endswith(", 29 and 2 more")


def test_of_columns_the_count_and_the_five_nearest_are_told() -> None:
    columns = ("body", "ticket_id", "labels", "when", "label_2", "x", "y")
    said = columns_near("label", columns)
    assert said.startswith("7 columns, the nearest: 'labels', 'label_2',")
    assert said.count("', '") == 4


def test_a_single_column_may_be_a_secret_and_is_not_shown() -> None:
    assert columns_near("id", ("TOKEN: abc",)) == "there is one column"
    assert columns_near("id", ()) == "there are no columns"

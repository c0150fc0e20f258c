"""Tables as spreadsheets and trackers write them: what is left out, and one problem a cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Dialect, Options, Table


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(content: str, dialect: Dialect | None = None, *, name: str = "t.csv") -> Table:
    Path(name).write_bytes(content.encode())
    return read_table(Path(name), dialect)


def problems(
    content: str, dialect: Dialect | None = None, *, name: str = "t.csv"
) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        table(content, dialect, name=name)
    return caught.value.problems


def cells(found: Table) -> list[tuple[object, ...]]:
    return [tuple(row.values.values()) for row in found.rows]


# --- the sign between fields


@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(("sign", "name"), [(";", ";"), ("\t", "tab"), ("|", "|"), (",", ",")])
def test_a_sep_line_names_the_delimiter_and_counts_as_a_line(
    sign: str, name: str, quote: str
) -> None:
    rows = f"id{sign}text\r\n1{sign}x y\r\n2{sign}z\r\n"
    found = table(f"\ufeff{quote}sep={sign}{quote}\r\n{rows}")
    assert cells(found) == [("1", "x y"), ("2", "z")]
    assert [row.line for row in found.rows] == [3, 4]
    assert found.notes == (f"delimiter {name}, from the line sep={name}",)


def test_a_delimiter_that_is_said_wins_over_the_sep_line() -> None:
    found = table("sep=;\nid|text\n1|a;b\n", Dialect(delimiter="|"))
    assert (cells(found), found.notes) == ([("1", "a;b")], ())


@pytest.mark.parametrize("first", ["sep=,\n", "sep,x\n", "sep\n"])
def test_a_header_that_resembles_a_sep_line_is_a_header_all_the_same(first: str) -> None:
    body = "id,x\n1,2\n" if "=" in first else "1,2\n" if "," in first else "1\n"
    assert table(first + body).rows


@pytest.mark.parametrize(
    ("options", "help_"),
    [
        ("config", 'write dataset.delimiter: ";"'),
        ("flags", "write --delimiter ';'"),
        ("score flags", "write --delimiter ';' --decimal ','"),
        ("none", "save it with commas between the columns"),
    ],
)
def test_another_sign_is_one_error_with_the_words_of_who_reads(
    options: Options, help_: str
) -> None:
    content = "ticket_id;label;score_a\n1;a, or b;0,25\n" * 50
    (found,) = problems(content, Dialect(options=options))
    assert found.where == "t.csv:1"
    assert found.what == "the header is one field that holds 2 semicolons"
    assert found.help == help_


@pytest.mark.parametrize(
    ("name", "header", "words"),
    [("t.tsv", "id,text", "1 comma"), ("t.csv", "id\ttext", "1 tab"), ("t.tab", "a|b|c", "2 bars")],
)
def test_the_signs_of_other_suffixes_are_named(name: str, header: str, words: str) -> None:
    (found,) = problems(f"{header}\n1,2\n", name=name)
    assert found.what == f"the header is one field that holds {words}"


def test_a_delimiter_without_decimal_commas_needs_no_decimal_sign() -> None:
    (found,) = problems("id;score_a\n1;0.25\n", Dialect(options="score flags"))
    assert found.help == "write --delimiter ';'"


# --- what spreadsheets add


PADDED = "id,text,label,,\n1,x,a,,\n2,y,b,,\n,,,,\n,,,,\n , ,,,\n"


def test_padding_is_left_out_and_counted() -> None:
    found = table(PADDED)
    assert (found.columns, cells(found)) == (
        ("id", "text", "label"),
        [("1", "x", "a"), ("2", "y", "b")],
    )
    note = "left out: 3 rows without any value (lines 4-6), 2 columns without a name"
    assert found.notes == (note,)


def test_empty_rows_above_within_and_below_are_no_rows() -> None:
    found = table(",,\nid,text,\n,,\n1,x,\n,,\n,,\n2,y,\n,,\n")
    assert [row.line for row in found.rows] == [4, 7]
    assert found.notes[0].startswith("left out: 5 rows without any value (lines 1, 3, 5-6, 8)")


def test_many_empty_rows_are_listed_up_to_five() -> None:
    found = table("id,text\n" + "1,x\n,\n" * 9)
    assert "9 rows without any value (lines 3, 5, 7, 9, 11 and 4 more)" in found.notes[0]


def test_values_without_a_column_name_are_counted() -> None:
    found = table(",id,text\n0,1,x\n1,2,y\n")
    assert (found.columns, cells(found)) == (("id", "text"), [("1", "x"), ("2", "y")])
    assert found.notes == ("left out: 1 column without a name (2 values)",)


def test_a_row_may_have_more_empty_fields_and_fewer_without_a_name() -> None:
    found = table("id,text,,\n1,x,,,,\n2,y\n3,z,\n")
    assert cells(found) == [("1", "x"), ("2", "y"), ("3", "z")]
    assert "empty fields at the end of 1 row" in found.notes[0]


def test_a_row_without_the_last_named_field_stays_an_error() -> None:
    (found,) = problems("id,text,label,,\n1,x\n2,y,b,,\n3,z,c,,,d\n")
    assert found.what == "2 of 3 rows have 2 or 6 fields where the header has 5 (lines 2, 4)"


def test_a_row_with_one_value_is_a_row() -> None:
    assert cells(table("id,text\n1,x\n,y\n")) == [("1", "x"), ("", "y")]


# --- names that stand twice


def test_repeated_columns_are_numbered_and_told_in_the_facts() -> None:
    found = table("Key,Labels,Labels,Text,Labels\n1,a,,x,c\n")
    assert found.columns == ("Key", "Labels#1", "Labels#2", "Text", "Labels#3")
    assert found.facts.repeated == {"Labels": (2, 3, 5)}
    assert cells(found) == [("1", "a", "", "x", "c")]


def test_a_single_column_with_a_nameless_one_beside_is_read() -> None:
    assert cells(table("id,\nabc,\n")) == [("abc",)]


# --- comments


def test_comments_among_the_rows_are_one_problem() -> None:
    (found,) = problems("id,text\n# by hand\n1,x\n# end\n")
    assert (found.where, found.what[:24]) == ("t.csv:2", "2 of 3 rows begin with #")


def test_a_comment_above_with_commas_of_its_own_is_told_as_one() -> None:
    (found,) = problems("# exported, with notes, by hand\nid,text\n1,x\n")
    assert (found.where, found.what) == ("t.csv:1", "the first line is a comment")


def test_a_column_whose_name_is_the_sign_of_comments_is_a_column() -> None:
    assert cells(table("#,text\n1,x\n#2,y\n")) == [("1", "x"), ("#2", "y")]


def test_a_million_bad_rows_are_held_as_a_few() -> None:
    (found,) = problems("id,text\n" + "1\n" * 100_000)
    assert found.what.startswith("100000 of 100000 rows have 1 field where the header has 2")


# --- many columns


@pytest.mark.parametrize("n", [1, 2, 20, 21, 20_000])
def test_a_row_has_each_field_under_its_column(n: int) -> None:
    names, fields = [f"c{i}" for i in range(n)], [f"v{i}" for i in range(n)]
    found = table(",".join(names) + "\n" + (",".join(fields) + "\n") * 12)
    assert found.rows[11].values == dict(zip(names, fields, strict=True))


def test_rows_behind_one_of_several_lines_keep_their_lines() -> None:
    rows = "".join(f"{i},x\n" for i in range(150))
    found = table(f'sep=,\nid,text\n{rows}a,"x\r\ny\rz"\n{rows}')
    assert [row.line for row in found.rows] == [*range(3, 154), *range(156, 306)]

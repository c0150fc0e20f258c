"""Sheets: cells as they are stored, one table a sheet, and files made to do harm."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import sheets
from sheets import Cells, ods, xlsx
from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Table

pytest.importorskip("python_calamine")

TICKETS: Cells = [["id", "text", "label"], [1, "hi & <b>", "a"], [2, " x\r\ny ", "b"]]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(data: bytes, name: str = "t.xlsx") -> Table:
    Path(name.partition("#")[0]).write_bytes(data)
    return read_table(Path(name))


def problem(data: bytes, name: str = "t.xlsx") -> Problem:
    with pytest.raises(InputError) as caught:
        table(data, name)
    (found,) = caught.value.problems
    return found


def one(cells: Cells) -> bytes:
    return xlsx({"Tickets": cells})


@pytest.mark.parametrize("name", ["t.xlsx", "t.XLSX", "t.xlsm", "t.xls"])
def test_cells_of_a_workbook_are_texts_in_their_row(name: str) -> None:
    found = table(one(TICKETS), name)
    assert [(row.line, tuple(row.values.values())) for row in found.rows] == [
        (2, ("1", "hi & <b>", "a")),
        (3, ("2", " x\r\ny ", "b")),
    ]
    assert (found.notes, set(found.facts.floats), found.facts.numbers) == (
        (),
        {"id"},
        {"id": [2, 3]},
    )


def test_an_open_document_is_read_like_a_workbook() -> None:
    found = table(ods({"Tickets": TICKETS[:2]}), "t.ods")
    assert [tuple(row.values.values()) for row in found.rows] == [("1", "hi & <b>", "a")]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (1000, "1000"),
        (0.5, "0.5"),
        (2**53, str(2**53)),
        (1.5e300, "1.5e+300"),
        (True, "true"),
        ("001", "001"),
        ("", ""),
    ],
)
def test_a_stored_value_has_one_text(stored: float | str, text: str) -> None:
    assert table(one([["id", "x"], ["a", stored]])).rows[0].values["x"] == text


def test_a_formula_is_the_value_that_is_stored_for_it() -> None:
    row = '<row r="2"><c r="A2"><f>WEBSERVICE("http://x")</f><v>7</v></c></row>'
    assert table(xlsx({"T": [["id"]]}, rows=row)).rows[0].values == {"id": "7"}


def test_the_first_of_several_sheets_is_named_in_a_note() -> None:
    data = xlsx({"Open": TICKETS, "Closed & old": [["id"], ["z"]]})
    assert table(data).notes == ("sheet 'Open', of 2",)
    assert table(data, "t.xlsx#Closed & old").rows[0].values == {"id": "z"}
    found = problem(data, "t.xlsx#Close")
    assert (found.where, found.what) == ("t.xlsx:1", "there is no sheet 'Close'")
    assert "Closed & old" in found.help


def test_a_file_whose_name_has_the_sign_of_sheets_is_itself() -> None:
    Path("t.xlsx#1.csv").write_text("id\n7\n", encoding="utf-8")
    assert read_table(Path("t.xlsx#1.csv")).rows[0].values == {"id": "7"}


@pytest.mark.parametrize(
    ("data", "name", "spans"),
    [
        (xlsx({"T": TICKETS}, merged="A2:B2"), "t.xlsx", " (A2:B2)"),
        (xlsx({"T": TICKETS}, merged="A2:B2 C2:C3"), "t.xlsx", " (A2:B2, C2:C3)"),
        (ods({"T": TICKETS}, spanned=2), "t.ods", ""),
    ],
    ids=["one", "two", "ods"],
)
def test_merged_cells_are_refused(data: bytes, name: str, spans: str) -> None:
    assert problem(data, name).what == f"the sheet 'T' has merged cells{spans}"


def test_another_table_beside_is_refused_and_a_column_without_a_name_is_left_out() -> None:
    beside: Cells = [["id", None, "team"], ["1", None, "a"]]
    found = problem(one(beside))
    assert (found.where, found.what[:17]) == ("t.xlsx:1", "column B is empty")
    held = table(one([["id", None, "team"], ["1", "call", "a"]]))
    assert held.columns == ("id", "team")
    assert held.notes == ("left out: 1 column without a name (1 value)",)


@pytest.mark.parametrize(
    "below",
    [[["a", None, None]], [["team", "n", "x"]], [["id", "text", "label"]]],
    ids=["fewer columns", "text for numbers", "the header again"],
)
def test_another_table_below_is_refused(below: Cells) -> None:
    cells = [*TICKETS, [], *below]
    found = problem(one(cells))
    what = "another table seems to begin below an empty row"
    assert (found.where, found.what) == ("t.xlsx:5", what)


def test_the_same_table_goes_on_below_an_empty_row() -> None:
    found = table(one([TICKETS[0], [], *TICKETS[1:], [], [3, "z", "c"], [], []]))
    assert [row.line for row in found.rows] == [3, 4, 6]
    assert found.notes == ("left out: 2 rows without any value (rows 2, 5)",)


def test_a_cell_in_the_last_corner_ends_no_process_but_its_reader() -> None:
    corner = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    found = problem(xlsx({"T": [["id"]]}, rows=corner))
    assert found.what.startswith("not a readable spreadsheet")


def test_a_sheet_that_grows_without_measure_is_refused_unread() -> None:
    found = problem(xlsx({"T": [["id"]]}, rows=" " * 110_000_000))
    assert found.what == "unpacks to more than 100 MB, a hundred times its size"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><table>", "not a spreadsheet"),
        (b"id,text\n1,x\n", "not a spreadsheet"),
        (one(TICKETS)[:300], "not a readable"),
        (sheets.packed({"a.xml": "x"}), "not a readable"),
        (b"", "not a spreadsheet"),
    ],
    ids=["html", "csv", "cut", "other zip", "empty"],
)
@pytest.mark.parametrize("name", ["t.xlsx", "t.xls", "t.ods"])
def test_what_is_no_spreadsheet_is_told_so(data: bytes, words: str, name: str) -> None:
    found = problem(data, name)
    assert found.where == f"{name}:1"
    assert words in found.what


def test_a_pointer_in_its_place_is_told_as_one() -> None:
    found = problem(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    assert found.help == "git lfs pull"


def test_an_empty_sheet_says_so() -> None:
    assert problem(one([])).what == "the sheet is empty"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert "ticketbench[excel]" in problem(one(TICKETS)).help

"""Labels come in whole or not at all, and every refusal names what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labelled_states import kept, labelled, sheet, state
from ticketbench.core.errors import InputError
from ticketbench.edge.labels.state import read_state
from ticketbench.flow.labels.take import label_import


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return kept(state(), tmp_path)


def refused(path: Path, *sheets: Path, **how: object) -> InputError:
    """The error of an import, which must not have changed a byte."""
    before = path.read_bytes()
    with pytest.raises(InputError) as caught:
        label_import(path, sheets, **how)  # type: ignore[arg-type]
    assert path.read_bytes() == before
    return caught.value


def test_labels_are_added_and_rows_add_up(path: Path, tmp_path: Path) -> None:
    found = label_import(path, [sheet(tmp_path, {"T1": "x", "T2": "", "T3": "__none__"})])
    assert (found.n_rows, found.n_new, found.n_blank, found.n_same) == (3, 2, 1, 0)
    assert (found.n_labelled, found.n_to_label, found.gaps) == (2, 40, ("T2",))
    assert read_state(path).given == {"": {"T1": "x", "T3": "__none__"}}


def test_the_same_labels_again_are_counted_and_change_nothing(path: Path, tmp_path: Path) -> None:
    one = sheet(tmp_path, {"T1": "x", "T2": "y"})
    label_import(path, [one])
    before = path.read_bytes()
    found = label_import(path, [one])
    assert (found.n_new, found.n_same) == (0, 2)
    assert path.read_bytes() == before


def test_other_labels_than_before_are_refused_and_listed(path: Path, tmp_path: Path) -> None:
    label_import(path, [sheet(tmp_path, {"T1": "x", "T2": "y"})])
    error = refused(path, sheet(tmp_path, {"T1": "y", "T2": "y"}))
    assert "1 ticket had another label before: T1 (x, now y)" in str(error)
    assert "--annotator NAME" in error.problems[0].help
    assert error.problems[0].where.endswith("s.csv:2")


def test_they_are_corrected_where_that_is_said(path: Path, tmp_path: Path) -> None:
    label_import(path, [sheet(tmp_path, {"T1": "x"})])
    found = label_import(path, [sheet(tmp_path, {"T1": "y"})], replace=True)
    assert (found.n_replaced, found.n_new) == (1, 0)
    assert read_state(path).given == {"": {"T1": "y"}}


def test_they_stand_beside_each_other_where_a_second_person_is_named(
    path: Path, tmp_path: Path
) -> None:
    label_import(path, [sheet(tmp_path, {"T1": "x"})])
    found = label_import(path, [sheet(tmp_path, {"T1": "y"})], annotator="anna")
    assert (found.n_new, found.n_labelled) == (1, 1)
    assert read_state(path).given == {"": {"T1": "x"}, "anna": {"T1": "y"}}


def test_foreign_tickets_are_one_error_that_names_them(path: Path, tmp_path: Path) -> None:
    error = refused(path, sheet(tmp_path, {"T1": "x", "A": "x", "B": "y", "C": "x", "D": "x"}))
    assert "'A', 'B', 'C' and 1 more are none of the tickets to label" in str(error)
    assert error.problems[0].where.endswith("s.csv:3")
    assert len(error.problems) == 1


def test_a_ticket_on_which_the_sets_agree_is_foreign_too(tmp_path: Path) -> None:
    path = kept(state(10, [2, 5]), tmp_path)
    error = refused(path, sheet(tmp_path, {"T1": "x"}))
    assert "'T1' is none of the tickets to label" in str(error)


def test_each_unknown_label_is_an_error_with_its_first_line_and_what_it_may_be(
    path: Path, tmp_path: Path
) -> None:
    error = refused(path, sheet(tmp_path, {"T1": "none", "T2": "none", "T3": "q", "T4": "x"}))
    first, second = error.problems
    assert first.what == "no set has the label 'none' (2 rows)"
    assert first.where.endswith("s.csv:2")
    assert "__none__" in first.help
    assert (second.what, second.where[-2:]) == ("no set has the label 'q'", ":4")


def placed(folder: Path, *rows: tuple[int | str, str, str]) -> Path:
    """A sheet that says the place of each ticket, as `label next` writes it."""
    table = "".join(f"{place},{ticket},{label}\n" for place, ticket, label in rows)
    path = folder / "placed.csv"
    path.write_text(f"place,ticket_id,label\n{table}", encoding="utf-8")
    return path


@pytest.mark.parametrize("place", ["2", "2.0"])
def test_zeros_that_a_spreadsheet_took_off_an_id_come_back(tmp_path: Path, place: str) -> None:
    of = state(3, (1, 2, 3))
    path = kept(replace(of, log=replace(of.log, ids=("7", "007", "000"))), tmp_path)
    label_import(path, [placed(tmp_path, (1, "7", "x"), (place, "7", "y"), (3, "0", "z"))])
    assert read_state(path).given[""] == {"7": "x", "007": "y", "000": "z"}


def test_without_a_place_a_number_without_its_zeros_is_foreign(tmp_path: Path) -> None:
    of = state(2, (1, 2))
    path = kept(replace(of, log=replace(of.log, ids=("007", "T2"))), tmp_path)
    error = refused(path, sheet(tmp_path, {"7": "x"}))
    assert "'7' is none of the tickets to label" in str(error)


def test_a_column_that_was_sorted_without_the_others_is_refused(path: Path, tmp_path: Path) -> None:
    error = refused(path, placed(tmp_path, (1, "T2", "x"), (2, "T1", "y"), (3, "T3", "x")))
    assert "2 tickets at the place of another, 'T2' at 1" in str(error)
    assert error.problems[0].where.endswith("placed.csv:2")
    assert "sort whole rows" in error.problems[0].help


def test_whole_rows_in_another_order_and_an_odd_place_are_taken(path: Path, tmp_path: Path) -> None:
    rows = ((3, "T3", "x"), (1, "T1", "y"), ("", "T2", "y"), ("4th", "T4", "y"), (9999, "T5", "y"))
    assert label_import(path, [placed(tmp_path, *rows)]).n_new == 5


def test_two_labels_of_one_person_in_the_same_sheets_are_refused(
    path: Path, tmp_path: Path
) -> None:
    one = sheet(tmp_path, [("T1", "x"), ("T2", "y")], "one")
    two = sheet(tmp_path, [("T1", "y")], "two")
    error = refused(path, one, two)
    assert "'T1' is labelled twice, 'x' and 'y' (first at " in str(error)
    assert "one.csv:2" in str(error)
    assert error.problems[0].where.endswith("two.csv:2")


def test_a_bad_second_sheet_keeps_the_first_out_too(path: Path, tmp_path: Path) -> None:
    one, two = sheet(tmp_path, {"T1": "x"}, "one"), sheet(tmp_path, {"T2": "nonsense"}, "two")
    refused(path, one, two)
    assert label_import(path, [one]).n_new == 1


def test_sheets_in_any_order_leave_the_same_bytes(tmp_path: Path) -> None:
    sheets = [sheet(tmp_path, {f"T{i}": "x", f"T{i + 1}": "y"}, f"s{i}") for i in (1, 3, 5)]
    found = set()
    for i, order in enumerate((sheets, sheets[::-1])):
        folder = tmp_path / str(i)
        folder.mkdir()
        path = kept(state(), folder)
        for one in order:
            label_import(path, [one])
        found.add(path.read_bytes())
    assert len(found) == 1


def test_gaps_are_named_until_they_are_filled(tmp_path: Path) -> None:
    path = kept(labelled(state(), "x"), tmp_path)
    assert label_import(path, [sheet(tmp_path, {"T4": "y"})]).gaps == ("T2", "T3")
    assert label_import(path, [sheet(tmp_path, {"T2": "y", "T3": "y"})]).gaps == ()


@pytest.mark.parametrize("name", ["a b", "jane@example.com", "../x", "n" * 41, "unnamed"])
def test_a_person_has_a_short_plain_name(path: Path, tmp_path: Path, name: str) -> None:
    refused(path, sheet(tmp_path, {"T1": "x"}), annotator=name)

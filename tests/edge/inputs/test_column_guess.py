"""Which column is which: small tables made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.column_guess import (
    MOST_LABELS,
    columns_of,
    guessed_columns,
    likely_columns,
)
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Cell, Row, Table

FILE = Path("export.csv")


def columns(n: int = 12, **values: str) -> Table:
    """A table of n rows; `{i}` in a value is the number of the row, `{x}` one of three letters."""

    def of_row(i: int) -> dict[str, Cell]:
        return {k: v.replace("{i}", str(i)).replace("{x}", "abc"[i % 3]) for k, v in values.items()}

    return Table(tuple(values), tuple(Row(i + 2, of_row(i)) for i in range(n)))


def found(table: Table) -> dict[str, str]:
    return {guess.role: guess.column for guess in guessed_columns(FILE, table)}


TEXT = "my order {i} never came, please help"


def test_names_that_everybody_uses_are_taken() -> None:
    table = columns(id="{i}", text=TEXT, label="{x}", customer="c-{x}", created_at="2026-01-0{x}")
    assert found(table) == {"id": "id", "text": "text", "label": "label", "group": "customer"}


@pytest.mark.parametrize(("name", "is_label"), [("intent", True), ("customer_no", False)])
def test_only_a_column_that_is_called_so_holds_hundreds_of_labels(
    name: str, is_label: bool
) -> None:
    table = columns(3 * MOST_LABELS, id="i{i}", text=TEXT)
    rows = tuple(Row(one.line, {**one.values, name: f"v{one.line // 2}"}) for one in table.rows)
    roles = [one.role for one in likely_columns(columns_of((*table.columns, name), rows))]
    assert ("label" in roles) == is_label


def test_a_column_of_times_is_no_text() -> None:
    table = columns(id="{i}", text=TEXT, label="{x}", opened="2026-01-01 10:00:{i}")
    text = next(one for one in guessed_columns(FILE, table) if one.role == "text")
    assert (text.column, text.others) == ("text", ())


def test_names_are_read_whatever_their_case_and_signs() -> None:
    table = columns(**{"Ticket ID": "T{i}", "Body": TEXT, "Issue-Type": "{x}"})
    assert found(table) == {"id": "Ticket ID", "text": "Body", "label": "Issue-Type"}


def test_unknown_names_are_told_by_what_stands_below_them() -> None:
    table = columns(nr="T{i}", anfrage=TEXT, gruppe="{x}")
    assert found(table) == {"id": "nr", "text": "anfrage", "label": "gruppe"}


def test_a_name_goes_before_a_better_content_and_the_other_is_told() -> None:
    table = columns(
        id="{i}", subject="about order {i} and more", notes=TEXT * 3, queue="{x}", lang="e{x}"
    )
    guesses = {guess.role: guess for guess in guessed_columns(FILE, table)}
    assert (guesses["text"].column, guesses["text"].others) == ("subject", ("notes",))
    assert (guesses["label"].column, guesses["label"].others) == ("queue", ("lang",))


def test_a_time_is_one_only_where_all_of_it_looks_so() -> None:
    days = columns(id="{i}", text=TEXT, label="{x}", created_at="2026-01-01 10:00")
    others = columns(id="{i}", text=TEXT, label="{x}", created_at="last {x} week")
    assert found(days)["time"] == "created_at"
    assert "time" not in found(others)


def test_customers_who_wrote_once_each_are_no_groups() -> None:
    assert "group" not in found(columns(id="{i}", text=TEXT, label="{x}", customer="c{i}"))


def test_no_column_has_two_roles() -> None:
    table = columns(id="{i}", text=TEXT, type="{x}", user="u{x}")
    guesses = [guess.column for guess in guessed_columns(FILE, table)]
    assert len(guesses) == len(set(guesses))


@pytest.mark.parametrize(
    ("table", "role"),
    [
        (columns(id="{x}", text=TEXT, label="{x}"), "id"),
        (columns(id="{i}", label="{x}"), "text"),
        (columns(id="{i}", text=TEXT), "label"),
        (columns(3 * MOST_LABELS, id="i{i}", text=TEXT, label="l{i}"), "label"),
        (columns(id="{i}", text=TEXT, label=""), "label"),
    ],
    ids=["no id", "no text", "no label", "too many labels", "empty labels"],
)
def test_what_is_missing_is_told_with_the_columns_that_are_there(table: Table, role: str) -> None:
    with pytest.raises(InputError, match=f"no column can be the {role}: it needs ") as raised:
        guessed_columns(FILE, table)
    problem = raised.value.problems[0]
    assert problem.where == "export.csv:1"
    assert ", ".join(table.columns) in problem.help


def test_a_table_without_any_id_has_none_not_even_its_subject() -> None:
    found = guessed_columns(FILE, columns(subject="help {i}", text=TEXT, label="{x}"))
    assert [guess.role for guess in found] == ["text", "label"]


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(InputError, match="no tickets"):
        guessed_columns(FILE, Table(("id", "text", "label"), ()))


def test_a_few_rows_without_a_label_do_not_hide_the_column_of_labels() -> None:
    table = columns(40, id="{i}", text=TEXT, abteilung="{x}", betreff="ticket {i} about a thing")
    rows = [Row(row.line, row.values | {"abteilung": ""}) if row.line in (5, 9) else row
            for row in table.rows]  # fmt: skip
    assert found(Table(table.columns, tuple(rows)))["label"] == "abteilung"


def test_an_id_that_stands_twice_is_still_the_id() -> None:
    table = columns(40, number="{i}", text=TEXT, label="{x}")
    rows = (*table.rows[:-1], Row(41, table.rows[-1].values | {"number": "3"}))
    assert found(Table(table.columns, rows))["id"] == "number"


def test_a_table_with_other_signs_between_its_columns_is_told_so_and_not_shown(
    tmp_path: Path,
) -> None:
    path = tmp_path / "export.csv"
    path.write_text("id;hello ann@example.org;team\n1;some words are here;a\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        guessed_columns(path, read_table(path))
    (problem,) = raised.value.problems
    assert problem.what == "the header is one field that holds 2 semicolons"
    assert "ann" not in f"{problem.what}{problem.help}{problem.where.replace(str(tmp_path), '')}"


def test_a_guess_says_why() -> None:
    told = columns(id="{i}", anfrage=TEXT, Team="{x}", customer="c-{x}", created_at="2026-01-01")
    assert {guess.role: guess.reason for guess in guessed_columns(FILE, told)} == {
        "id": "by its name; different in every row",
        "text": "by what it holds: texts of 34 characters on average",
        "label": "by its name; 3 short values in 12 rows",
        "group": "by its name; 3 values in 12 rows",
        "time": "by its name; dates",
    }


def test_what_looks_like_nothing_has_no_guess_and_is_no_error() -> None:
    assert likely_columns({"n": ["1", "1"], "m": ["", ""], "": []}) == ()


def test_a_list_of_one_is_what_stands_in_it() -> None:
    rows = tuple(Row(i, {"id": str(i), "label": ["abc"[i % 3]]}) for i in range(9))
    assert columns_of(("label",), rows) == {"label": [*"abcabcabc"]}
    assert likely_columns(columns_of(("id", "label"), rows))[1].column == "label"


def test_a_dataset_of_ours_says_itself_what_its_groups_are() -> None:
    ours = columns(id="{i}", text=TEXT, label="{x}", group="c-{x}")
    assert found(ours)["group"] == "group"
    assert "group" not in found(columns(id="{i}", text=TEXT, label="{x}", group="{i}"))
    assert "group" not in found(columns(id="{i}", body=TEXT, type="{x}", group="team {x}"))

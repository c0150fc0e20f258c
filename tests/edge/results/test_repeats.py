from __future__ import annotations

import json
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.types import Repeat
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.predictions import read_set
from ticketbench.edge.results.rows import Predictions

HEAD = "ticket_id,label,group_id,run,score_a,score_b\n"
ROWS = "x,a,,1,0.9,0.1\nx,a,,2,0.2,0.8\ny,b,,1,0.3,0.7\ny,b,,2,0.3,0.7\n"
BY_RUN = Form(columns={"repeat": "run"})


def read(folder: Path, text: str, form: Form = BY_RUN) -> Predictions:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return read_set(path, form=form)


def problem(folder: Path, text: str, form: Form = BY_RUN) -> Problem:
    with pytest.raises(InputError) as raised:
        read(folder, text, form)
    (found,) = raised.value.problems
    return found


def test_answers_of_one_ticket_are_tied_and_told_apart(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + ROWS).table
    assert found.ids == ("x (1)", "x (2)", "y (1)", "y (2)")
    assert found.groups.tolist() == [0, 0, 1, 1]
    assert found.repeats is not None
    assert found.repeats[1] == Repeat("x", "2")
    assert found.n_tickets == 2


def test_a_group_holds_all_answers_of_its_tickets(tmp_path: Path) -> None:
    text = HEAD + ROWS.replace(",a,,", ",a,acme,").replace(",b,,", ",b,acme,")
    assert read(tmp_path, text).table.groups.tolist() == [0, 0, 0, 0]


def test_a_repeat_without_an_answer_is_a_failure_of_its_own(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + ROWS.replace("0.2,0.8", ",")).table
    assert [one.ticket_id for one in found.failures] == ["x (2)"]


def test_without_the_option_the_help_names_it_and_the_column(tmp_path: Path) -> None:
    told = problem(tmp_path, HEAD + ROWS, Form())
    assert told.what == "the ticket 'x' stands twice, first in line 2; 2 rows repeat a ticket"
    assert "--columns repeat=run" in told.help


def test_two_rows_of_a_ticket_that_begin_in_one_line_are_told_too(tmp_path: Path) -> None:
    row = {"ticket_id": "x", "label": "a", "score_a": 0.5, "score_b": 0.5}
    path = tmp_path / "p.json"
    path.write_text(json.dumps([row, row]), encoding="utf-8")
    with pytest.raises(InputError, match="the ticket 'x' stands twice, first in line 1"):
        read_set(path)


def test_where_no_column_tells_rows_apart_none_is_named(tmp_path: Path) -> None:
    told = problem(tmp_path, HEAD + ROWS.replace(",2,", ",1,"), Form())
    assert "--columns repeat=COLUMN" in told.help


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (",2,0.2", ",1,0.2", "the ticket 'x' stands twice in repeat '1', first in line 2"),
        (",2,0.2", ",,0.2", "1 of 4 rows: the column 'run' is empty"),
        ("x,a,,2", "x,b,,2", "the ticket 'x' has the gold label 'b' here and 'a' before"),
        ("x,a,,2", "x,a,acme,2", "the ticket 'x' has the group 'acme' here and '' before"),
        ("x,a,,2", ",a,,2", "ticket_id or label is empty"),
    ],
)
def test_what_is_in_the_way_of_repeats_is_one_problem(
    tmp_path: Path, before: str, after: str, what: str
) -> None:
    assert what in problem(tmp_path, HEAD + ROWS.replace(before, after)).what


def test_a_column_called_repeat_is_one_only_where_it_is_said(tmp_path: Path) -> None:
    text = (HEAD + ROWS).replace("run", "repeat")
    assert "stands twice" in problem(tmp_path, text, Form()).what
    assert read(tmp_path, text, Form(columns={"repeat": "repeat"})).table.n_tickets == 2


@pytest.mark.parametrize("column", ["ticket_id", "label", "group_id", "top_label", "rubric_set"])
def test_half_a_surrogate_pair_in_a_name_is_an_error_with_its_line(
    tmp_path: Path, column: str
) -> None:
    first = {"ticket_id": "x", "label": "a", "score_a": 0.75, "score_b": 0.25}
    other = {**first, "ticket_id": "y"}
    own = {**other, "ticket_id": "z", column: "\ud83d"}
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in (first, other, own)))
    name = "\ud83d" if column == "rubric_set" else None
    with pytest.raises(InputError) as error:
        read_set(path, name)
    (found,) = error.value.problems
    assert found.where == f"{path}:3"
    assert found.what == f"'{column}' holds half a surrogate pair"

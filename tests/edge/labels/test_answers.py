"""Labels are read from sheets, from columns of several people, and from annotation tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.labels.answers import labels_in
from ticketbench.edge.labels.sheet import Blank, label_studio_tasks
from ticketbench.edge.tables.rows import Dialect


def written(folder: Path, text: str, name: str = "sheet.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(path: Path, **how: object) -> list[tuple[str, str, str]]:
    return [(g.ticket_id, g.annotator, g.label) for g in labels_in(path, **how)]  # type: ignore[arg-type]


def test_blank_cells_are_there_and_outer_blanks_are_not(tmp_path: Path) -> None:
    sheet = written(tmp_path, "place,ticket_id,text,label\n1,T1,a, billing \n2,T2,b,\n")
    assert rows(sheet) == [("T1", "", "billing"), ("T2", "", "")]


def test_a_place_is_the_file_and_the_line(tmp_path: Path) -> None:
    sheet = written(tmp_path, 'ticket_id,text,label\nT1,"a\nb",x\nT2,c,y\n')
    assert [one.where for one in labels_in(sheet)] == [f"{sheet}:2", f"{sheet}:4"]


def test_what_a_spreadsheet_saves_with_semicolons_is_read_when_that_is_said(tmp_path: Path) -> None:
    sheet = written(tmp_path, "place;ticket_id;text;label\n1;T1;a;billing\n")
    assert rows(sheet, dialect=Dialect(";")) == [("T1", "", "billing")]
    with pytest.raises(InputError):
        labels_in(sheet)


def test_columns_of_two_people_are_two_labels_a_row(tmp_path: Path) -> None:
    sheet = written(tmp_path, "ticket_id,anna,ben\nT1,x,y\nT2,x,\n")
    assert rows(sheet, annotators=("anna", "ben")) == [
        ("T1", "anna", "x"),
        ("T1", "ben", "y"),
        ("T2", "anna", "x"),
        ("T2", "ben", ""),
    ]


def test_a_column_that_is_not_there_is_named_with_what_a_sheet_has(tmp_path: Path) -> None:
    sheet = written(tmp_path, "ticket_id,labels\nT1,x\n")
    with pytest.raises(InputError, match="there is no column 'label'") as caught:
        labels_in(sheet)
    (problem,) = caught.value.problems
    assert problem.where == f"{sheet}:1"
    assert "did you mean" in problem.help


def annotated(task: object, label: str, who: int) -> dict[str, object]:
    """The task as Label Studio exports it."""
    assert isinstance(task, dict)
    result = [{"from_name": "label", "type": "choices", "value": {"choices": label.split("|")}}]
    return {"id": 7, **task, "annotations": [{"completed_by": who, "result": result}]}


@pytest.fixture
def tasks() -> list[object]:
    found: list[object] = json.loads(
        label_studio_tasks([Blank(1, "T1", "hello"), Blank(3, "T2", "bye")])
    )
    return found


def test_an_export_of_label_studio_comes_back_with_who_labelled(
    tmp_path: Path, tasks: list[object]
) -> None:
    exported = [annotated(tasks[0], "billing", 3), annotated(tasks[1], "__none__", 3)]
    path = written(tmp_path, json.dumps(exported), "export.json")
    assert rows(path) == [("T1", "3", "billing"), ("T2", "3", "__none__")]
    assert rows(path, annotator="anna")[0] == ("T1", "anna", "billing")


def test_its_short_table_is_read_by_the_id_of_the_ticket_not_of_the_task(tmp_path: Path) -> None:
    table = "annotation_id,annotator,id,label,place,text,ticket_id\n1,3,77,billing,1,hello,T1\n"
    assert rows(written(tmp_path, table, "export.csv")) == [("T1", "3", "billing")]


def test_two_labels_in_one_answer_are_refused_with_their_place(
    tmp_path: Path, tasks: list[object]
) -> None:
    path = written(tmp_path, json.dumps([annotated(tasks[0], "billing|account", 3)]), "e.json")
    with pytest.raises(InputError, match="2 labels in one answer: billing, account") as caught:
        labels_in(path)
    assert caught.value.problems[0].where == f"{path}:1"

"""Tickets of rows: lists, numbers, class numbers, line ends, and names with dots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.types import Ticket
from ticketbench.edge.inputs.dataset import LoadedDataset, Reading, load_dataset
from ticketbench.edge.inputs.dataset_findings import dataset_findings
from ticketbench.edge.inputs.tickets.keys import DatasetKeys

ROW = {"id": "1", "text": "x", "label": "a"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(*rows: dict[str, Any], **keys: Any) -> LoadedDataset:
    Path("t.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return load_dataset(Path("t.jsonl"), Reading(DatasetKeys(**keys)))


def ticket(*rows: dict[str, Any], **keys: Any) -> Ticket:
    return load(*rows, **keys).dataset.tickets[0]


def only(*rows: dict[str, Any], **keys: Any) -> Problem:
    with pytest.raises(InputError) as caught:
        load(*rows, **keys)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize("label", [["a"], '["a"]', {"choices": ["a"]}, '{"choices": ["a"]}'])
def test_one_label_in_a_list_is_that_label(label: Any) -> None:
    assert ticket(ROW | {"label": label}).label == "a"


def test_a_text_that_looks_like_a_list_stays_a_text() -> None:
    assert ticket(ROW | {"text": '["x"]'}).text == '["x"]'
    assert ticket(ROW | {"text": ["x"]}).text == "x"


def test_two_labels_are_one_error_with_a_count() -> None:
    rows = [ROW | {"id": str(i), "label": ["a", "b"]} for i in range(7)]
    said = "'label' holds 2 labels: 'a', 'b' (7 of 7 rows: lines 1, 2, 3, 4, 5 and 2 more)"
    assert only(*rows).what == said


@pytest.mark.parametrize("text", [123, 1.5, True])
def test_a_number_where_a_text_is_meant_is_refused(text: Any) -> None:
    found = only(ROW, ROW | {"id": "2", "text": text})
    assert (found.where, found.what[:22]) == ("t.jsonl:2", "'text' holds a number,")


def test_numbers_are_ids_and_labels_by_their_digits() -> None:
    found = ticket(ROW | {"id": 7, "label": 0})
    assert (found.id, found.label) == ("7", "0")
    assert ticket(ROW | {"id": 7.0, "label": 3.0}).label == "3"


def test_a_float_that_is_no_whole_number_is_no_id() -> None:
    found = only(ROW | {"id": 1.5}, ROW | {"id": 2.5})
    assert found.what.startswith("the id '1.5' is a float that is not exactly a whole number (2 of")


def test_names_with_dots_lead_into_objects() -> None:
    row = {"key": "S-1", "fields": {"summary": "x", "team": {"name": "a"}, "a.b": "g"}}
    columns = {"id": "key", "text": "fields.summary", "label": "fields.team.name"}
    found = ticket(row, columns=columns | {"group": "fields.a.b"})
    assert (found.id, found.text, found.label, found.group) == ("S-1", "x", "a", "g")


def test_line_ends_are_kept_where_that_is_asked_for_and_said() -> None:
    row = ROW | {"text": "a\r\nb", "note": "c\r\nd"}
    found = load(row, line_ends="keep")
    kept = found.dataset.tickets[0]
    assert (kept.text, kept.text_in_file, kept.metadata) == ("a\r\nb", None, (("note", "c\r\nd"),))
    assert found.intake.texts == ("line ends kept as in the file",)
    assert load(row).dataset.fingerprint != found.dataset.fingerprint
    assert [one.code for one in dataset_findings(found)].count("TB109") == 0


def test_a_joined_text_is_found_under_the_line_ends_of_the_file() -> None:
    row = {"id": "1", "a": "x", "b": "y\r\nz", "label": "a"}
    found = ticket(row, columns={"text": ["a", "b"]})
    assert (found.text, found.text_in_file) == ("x\n\ny\nz", "x\n\ny\r\nz")


def test_columns_that_are_all_empty_are_named_together() -> None:
    found = only({"id": "1", "a": " ", "b": None, "label": "a"}, columns={"text": ["a", "b"]})
    assert found.what == "'a' and 'b' are empty"


def test_an_empty_label_says_how_to_map_it() -> None:
    assert '`dataset: {labels: {"": __none__}}`' in only(ROW | {"label": ""}).help
    assert ticket(ROW | {"label": ""}, labels={"": "__none__"}).label == "__none__"


def test_a_cell_that_is_no_json_list_is_told_where_json_was_said() -> None:
    row = ROW | {"all_labels": "a, b"}
    found = only(row, all_labels_separator="json")
    assert found.what == "'all_labels' holds 'a, b', no JSON list"
    assert ticket(row, all_labels_separator=",").all_labels == ("a", "b")


def parquet(labels: list[int]) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    n = len(labels)
    table = pyarrow.table({"text": [f"t{i}" for i in range(n)], "label": labels})
    info = {"info": {"features": {"label": {"names": ["x", "y"], "_type": "ClassLabel"}}}}
    table = table.replace_schema_metadata({"huggingface": json.dumps(info)})
    parquet.write_table(table, "t.parquet")


@pytest.mark.parametrize("odd", [-1, 2])
def test_a_class_number_without_a_name_is_an_error_that_names_the_row(odd: int) -> None:
    parquet([0, 1, odd, odd])
    with pytest.raises(InputError) as caught:
        load_dataset(Path("t.parquet"))
    (found,) = caught.value.problems
    assert found.where == "t.parquet:3"
    said = (
        f"'label' holds '{odd}', no number of the 2 classes in the file (2 of 4 rows: lines 3, 4)"
    )
    assert found.what == said
    keys = DatasetKeys(labels={str(odd): "__none__"})
    tickets = load_dataset(Path("t.parquet"), Reading(keys)).dataset.tickets
    assert [ticket.label for ticket in tickets] == ["x", "y", "__none__", "__none__"]


def test_splits_are_noted_only_where_there_are_several_and_nothing_chooses() -> None:
    rows = [ROW | {"id": str(i), "split": s} for i, s in enumerate(["train", "test", "train"])]
    (note,) = [one for one in dataset_findings(load(*rows)) if one.code == "TB112"]
    assert note.title == "all splits are judged: train (2), test (1)"
    chosen = [load(*rows[::2]), load(*rows, where={"split": "test"})]
    chosen.append(load(*rows, where={"split": ["test", "train"]}))
    assert all(one.code != "TB112" for found in chosen for one in dataset_findings(found))

"""What an import writes: all files or none, ids once, columns where there are values."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotated import EXPORTS, rows
from ticketbench.core.errors import InputError, MachineError
from ticketbench.core.quotes import quoted
from ticketbench.edge.imports.preset import Asked
from ticketbench.edge.inputs.dataset import load_dataset
from ticketbench.flow.data.asked import ImportAsked, columns_of
from ticketbench.flow.data.dataset import data_import
from ticketbench.flow.import_notes import notes_beside

SOME = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FULL = SOME.filter(lambda text: text.replace("\0", "").strip() != "")
LONG = ImportAsked(preset="none", of_preset=Asked(annotator="who"))


def lines(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def said(*records: tuple[str, str, str]) -> list[dict[str, object]]:
    return [{"id": i, "text": f"text {i}", "label": label, "who": who} for i, label, who in records]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(FULL, FULL), min_size=1, max_size=5))
def test_a_dataset_reads_back_as_the_tickets_of_the_export(
    tmp_path: Path, tickets: list[tuple[str, str]]
) -> None:
    records: list[dict[str, object]] = [
        {"id": f"t{i}", "text": text, "label": label} for i, (text, label) in enumerate(tickets)
    ]
    source = lines(tmp_path / "t.jsonl", records)
    data_import(source, tmp_path / "d.csv", ImportAsked(force=True))
    found = load_dataset(tmp_path / "d.csv").dataset.tickets
    assert [ticket.id for ticket in found] == [one["id"] for one in records]
    for ticket, (text, label) in zip(found, tickets, strict=True):
        assert ticket.text == text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
        assert label[:1] in ("[", "{") or ticket.label.split() == label.replace("\0", " ").split()


def test_half_a_surrogate_pair_is_taken_out_and_counted(tmp_path: Path) -> None:
    source = tmp_path / "t.jsonl"
    source.write_text('{"id": "a", "text": "x\\ud800y", "label": "l\\udc00"}\n', encoding="utf-8")
    found = data_import(source, tmp_path / "d.csv", ImportAsked())
    assert rows(tmp_path / "d.csv")[0]["text"] == "xy"
    assert [(one.name, one.n_changed) for one in found.notes.steps] == [("characters", 1)]


def test_ids_are_made_of_the_texts_where_there_are_none(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("text,label\nsame,a\nsame,b\nother,a\n", encoding="utf-8")
    found = data_import(source, tmp_path / "d.csv", ImportAsked())
    names = [row["id"] for row in rows(tmp_path / "d.csv")]
    assert names[0] == "t-0967115f2813"
    assert names[1] == "t-0967115f2813-2"
    assert len({*names}) == 3
    assert found.notes.n_made == 3


def test_ids_that_a_spreadsheet_shortened_are_one_error(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("id,text,label\n1.23457E+11,x,a\n1.23458E+11,y,a\n", encoding="utf-8")
    with pytest.raises(InputError, match="shortened number, and so are 1 more") as caught:
        data_import(source, tmp_path / "d.csv", ImportAsked())
    assert "format the column as text" in caught.value.problems[0].help
    kept = lines(tmp_path / "t.jsonl", [{"id": "1E5", "text": "x", "label": "a"}])
    data_import(kept, tmp_path / "d.csv", ImportAsked())
    assert rows(tmp_path / "d.csv")[0]["id"] == "1E5"


def test_numbers_and_names_of_a_parquet_file_are_whole(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    source = EXPORTS / "hf.parquet"
    found = data_import(source, tmp_path / "d.csv", ImportAsked(preset="hf"))
    assert found.notes.labels == {"account": 3, "billing": 3, "general": 3, "technical": 3}
    columns = {"id": ("number",), "label": ("label",)}
    asked = ImportAsked(of_preset=Asked(columns=columns), force=True)
    data_import(source, tmp_path / "d.csv", asked)
    assert [row["id"] for row in rows(tmp_path / "d.csv")][:2] == ["1", "2"]


def test_a_column_that_has_a_value_late_stands_in_every_row(tmp_path: Path) -> None:
    records: list[dict[str, object]] = [
        {"id": f"t{i}", "text": f"line\n{i},", "label": "a"} for i in range(2500)
    ]
    records[1200]["group"] = "g"
    records[2400]["split"] = "test"
    source = lines(tmp_path / "t.jsonl", records)
    data_import(source, tmp_path / "d.csv", ImportAsked())
    found = rows(tmp_path / "d.csv")
    assert list(found[0]) == ["id", "text", "label", "group", "split"]
    assert [(i, row["group"]) for i, row in enumerate(found) if row["group"]] == [(1200, "g")]
    assert found[2400]["split"] == "test"
    assert [row["text"] for row in found] == [one["text"] for one in records]
    assert len([*tmp_path.iterdir()]) == 3


def test_a_majority_decides_and_several_labels_are_kept(tmp_path: Path) -> None:
    many = said(("1", "a", "x"), ("1", "a", "y"), ("1", "b", "z"), ("2", "a", "x"), ("2", "a", "x"))
    many += said(("3", "a", "x"), ("3", "b", "x"), ("3", "a", "y"))
    found = data_import(lines(tmp_path / "t.jsonl", many), tmp_path / "d.csv", LONG)
    notes = found.notes
    assert (notes.resolution.n_majority, notes.resolution.n_undecided) == (1, 1)
    assert [(row["id"], row["label"]) for row in rows(tmp_path / "d.csv")] == [
        ("1", "a"),
        ("2", "a"),
    ]
    # x gave ticket 3 both labels, which is another answer than one of them.
    (apart,) = rows(tmp_path / "d.disagreements.csv")
    assert (apart["labels"], apart["annotators"]) == ("a|b|a", "x|y")
    assert notes.agreement is not None
    assert notes.agreement.n_annotators == 3


def test_several_labels_in_one_answer_are_all_labels(tmp_path: Path) -> None:
    source = lines(tmp_path / "t.jsonl", [{"id": 1, "text": "x", "label": ["b", "a"]}])
    found = data_import(source, tmp_path / "d.csv", ImportAsked())
    (row,) = rows(tmp_path / "d.csv")
    assert (row["label"], row["all_labels"], found.notes.n_several) == ("b", "b|a", 1)
    assert load_dataset(tmp_path / "d.csv").dataset.tickets[0].all_labels == ("b", "a")


def test_a_label_that_holds_the_sign_between_labels_is_refused(tmp_path: Path) -> None:
    source = lines(tmp_path / "t.jsonl", [{"id": 1, "text": "x", "label": ["a|b", "c"]}])
    with pytest.raises(InputError, match=r"'a\|b'"):
        data_import(source, tmp_path / "d.csv", ImportAsked())
    alone = lines(tmp_path / "u.jsonl", [{"id": 1, "text": "x", "label": "a|b"}])
    data_import(alone, tmp_path / "d.csv", ImportAsked())
    assert rows(tmp_path / "d.csv")[0]["label"] == "a|b"


def test_an_address_of_an_annotator_is_not_copied(tmp_path: Path) -> None:
    many = said(("1", "a", "jo@example.com"), ("1", "b", "al@example.com"), ("2", "a", "mia"))
    asked = ImportAsked(of_preset=LONG.of_preset, disagree="al@example.com")
    data_import(lines(tmp_path / "t.jsonl", many), tmp_path / "d.csv", asked)
    written = "".join(path.read_text("utf-8") for path in tmp_path.glob("d.*"))
    assert "example.com" not in written
    assert rows(tmp_path / "d.csv")[0]["annotators"] == "annotator-1|annotator-2"
    assert rows(tmp_path / "d.csv")[0]["label"] == "b"


def test_rows_of_one_id_have_one_text(tmp_path: Path) -> None:
    many = said(("1", "a", "x"), ("1", "b", "y"), ("2", "a", "x"))
    many[1]["text"] = "another"
    with pytest.raises(InputError, match=f"first {quoted('1')}"):
        data_import(lines(tmp_path / "t.jsonl", many), tmp_path / "d.csv", LONG)


def test_disagreements_can_be_opened_in_a_spreadsheet(tmp_path: Path) -> None:
    many = said(("=1+1", "a", "x"), ("=1+1", "b", "y"), ("2", "a", "x"))
    data_import(lines(tmp_path / "t.jsonl", many), tmp_path / "d.csv", LONG)
    assert rows(tmp_path / "d.disagreements.csv")[0]["id"] == "'=1+1"


def test_nothing_is_left_of_an_import_that_fails_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = lines(tmp_path / "t.jsonl", said(("1", "a", "x"), ("1", "b", "y"), ("2", "a", "x")))
    (tmp_path / "d.csv").write_text("old", encoding="utf-8")
    replace = os.replace

    def full(one: Path, other: Path) -> None:
        if str(other).endswith("d.disagreements.csv"):
            raise OSError(28, "No space left on device")
        replace(one, other)

    monkeypatch.setattr(os, "replace", full)
    asked = ImportAsked(of_preset=LONG.of_preset, force=True)
    with pytest.raises(MachineError, match="No space left"):
        data_import(source, tmp_path / "d.csv", asked)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.csv", "t.jsonl"]
    assert (tmp_path / "d.csv").read_text("utf-8") == "old"


def test_notes_read_back_as_they_were_written(tmp_path: Path) -> None:
    source = lines(tmp_path / "t.jsonl", said(("1", "a", "x"), ("1", "a", "y"), ("2", "b", "x")))
    found = data_import(source, tmp_path / "d.csv", LONG)
    told = notes_beside(tmp_path / "d.csv")
    assert told is not None
    assert repr(told) == repr(found.notes)
    (tmp_path / "d.notes.json").write_text("{}", encoding="utf-8")
    assert notes_beside(tmp_path / "d.csv") is None


@pytest.mark.parametrize(
    ("given_", "found"),
    [
        (("id=Key,text=Body",), {"id": ("Key",), "text": ("Body",)}),
        (("text=Subject,Body", "label=Team"), {"text": ("Subject", "Body"), "label": ("Team",)}),
        (("text=Subject", "text=Body"), {"text": ("Subject", "Body")}),
        ((), {}),
    ],
)
def test_columns_are_said_by_role(given_: tuple[str, ...], found: dict[str, object]) -> None:
    assert columns_of(given_) == found


def test_a_long_text_is_kept_whole_when_columns_are_added(tmp_path: Path) -> None:
    records: list[dict[str, object]] = [
        {"id": str(i), "text": "word " * 40_000 if i == 0 else "x", "label": "a"}
        for i in range(1001)
    ]
    records[1000]["group"] = "g"
    data_import(lines(tmp_path / "t.jsonl", records), tmp_path / "d.csv", ImportAsked())
    csv.field_size_limit(10_000_000)
    assert rows(tmp_path / "d.csv")[0]["text"] == records[0]["text"]


def test_what_no_file_can_keep_is_taken_out_of_any_cell(tmp_path: Path) -> None:
    odd: list[dict[str, object]] = [
        {"id": "a\rb", "text": "x\0y \udc80 ü", "label": "a", "group": "g\ud800"},
        {"id": "c", "text": "plain ü", "label": "a"},
    ]
    data_import(lines(tmp_path / "t.jsonl", odd), tmp_path / "d.csv", ImportAsked())
    found = rows(tmp_path / "d.csv")
    assert [(row["id"], row["text"], row["group"]) for row in found] == [
        ("a b", "xy  ü", "g "),
        ("c", "plain ü", ""),
    ]

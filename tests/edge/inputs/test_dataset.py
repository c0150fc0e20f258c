"""Labelled tickets: columns mapped, every row checked, text untouched."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.types import Ticket
from ticketbench.edge.inputs.dataset import (
    Columns,
    LoadedDataset,
    load_dataset,
    with_line_feeds,
)

HEAD = "id,text,label\n"
PLAIN = settings(derandomize=True, max_examples=50, deadline=None)
# What a ticket may hold: any text that is not blank, without NUL and half surrogate pairs.
FILLED = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1)
TICKETS = st.lists(
    st.tuples(*[FILLED.filter(str.strip)] * 3), min_size=1, max_size=5, unique_by=lambda row: row[0]
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def load(
    content: str | bytes,
    columns: Columns | None = None,
    *,
    name: str = "t.csv",
    known: Collection[str] | None = None,
) -> LoadedDataset:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    Path(name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return load_dataset(Path(name), columns, known_labels=known)


def problems(content: str | bytes, columns: Columns | None = None, **rest: Any) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        load(content, columns, **rest)
    return list(caught.value.problems)


def only(content: str | bytes, columns: Columns | None = None, **rest: Any) -> Problem:
    (found,) = problems(content, columns, **rest)
    return found


def ticket(content: str | bytes, columns: Columns | None = None, **rest: Any) -> Ticket:
    (found,) = load(content, columns, **rest).dataset.tickets
    return found


@pytest.mark.parametrize("word", ["NA", "001", "no", "null", "None", "true", "1e5", "1.0", "nan"])
def test_ids_and_labels_stay_strings(word: str) -> None:
    found = ticket(f"{HEAD}{word},x,{word}\n")
    assert (found.id, found.label) == (word, word)


def test_an_id_of_twenty_digits_keeps_all_of_them() -> None:
    row = '{"id": 12345678901234567890, "text": "x", "label": "a"}\n'
    assert ticket(row, name="t.jsonl").id == "12345678901234567890"


def test_text_is_byte_exact_but_for_its_line_ends() -> None:
    text = '  Hi,\n\t"you" \u00e9 e\u0301 \u200b\U0001f600\n '
    written = text.replace('"', '""')
    assert ticket(f'{HEAD}1,"{written}",a\n').text == text


def test_a_huge_text_is_byte_exact() -> None:
    text = "long " * 40_000
    assert ticket(f"{HEAD}1,{text},a\n").text == text


def test_composed_and_decomposed_labels_stay_different() -> None:
    found = load(f"{HEAD}1,x,\u00e9\n2,y,e\u0301\n")
    assert [t.label for t in found.dataset.tickets] == ["\u00e9", "e\u0301"]


def test_the_dataset_is_called_after_its_file() -> None:
    assert load(f"{HEAD}1,x,a\n", name="support.csv").dataset.name == "support.csv"


def test_tickets_keep_the_order_of_the_file() -> None:
    found = load(f"{HEAD}9,x,a\n1,y,b\n5,z,a\n")
    assert [t.id for t in found.dataset.tickets] == ["9", "1", "5"]


def test_where_is_the_physical_line_of_a_ticket() -> None:
    found = load(f'{HEAD}1,"x\ny\nz",a\n\n2,w,b\n')
    assert [found.where(0), found.where(1)] == ["t.csv:2", "t.csv:6"]


def test_columns_may_stand_in_any_order() -> None:
    found = ticket("label,text,id\na,x,1\n")
    assert (found.id, found.text, found.label) == ("1", "x", "a")


def test_columns_are_mapped_by_name() -> None:
    columns = Columns(id="ticket", text="body", label="queue", group="customer", split="part")
    found = ticket("ticket,body,queue,customer,part\n1,x,a,c7,test\n", columns)
    assert found == Ticket("1", "x", "a", group="c7", split="test")


def test_all_labels_and_split_are_used_without_mapping() -> None:
    found = ticket("id,text,label,all_labels,split\n1,x,a,a|b,test\n")
    assert (found.all_labels, found.split) == (("a", "b"), "test")


def test_a_group_column_is_not_used_without_mapping() -> None:
    found = ticket("id,text,label,group\n1,x,a,g\n")
    assert (found.group, found.metadata) == (None, (("group", "g"),))


def test_other_columns_are_kept_as_metadata() -> None:
    found = ticket("id,text,label,lang,\n1,x,a,en,\n")
    assert found.metadata == (("lang", "en"),)


@pytest.mark.parametrize("cell", ["", " "], ids=["empty", "blank"])
def test_an_empty_group_is_none_or_kept(cell: str) -> None:
    found = ticket(f"id,text,label,g\n1,x,a,{cell}\n", Columns(group="g"))
    assert found.group == (cell or None)


@pytest.mark.parametrize(
    ("cell", "labels"),
    [("", ()), ("a", ("a",)), ("a|b", ("a", "b")), ("b|a|b", ("b", "a")), ("|a||", ("a",))],
    ids=["empty", "one", "two", "doubled", "stray bars"],
)
def test_all_labels_are_joined_by_bars(cell: str, labels: tuple[str, ...]) -> None:
    assert ticket(f"id,text,label,all_labels\n1,x,a,{cell}\n").all_labels == labels


def test_all_labels_may_be_a_list_in_jsonl() -> None:
    row = '{"id": "1", "text": "x", "label": "a", "all_labels": ["a", "b"]}\n'
    assert ticket(row, name="t.jsonl").all_labels == ("a", "b")


def _rows(name: str) -> bytes:
    rows = [("1", "x, y", "a", "a|b", "en"), ("002", 'say "no"\n', "NA", "", "")]
    head = ("id", "text", "label", "all_labels", "lang")
    if ".jsonl" in name:
        lines = [json.dumps(dict(zip(head, row, strict=True))) + "\n" for row in rows]
        return "".join(lines).encode()
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t" if ".tsv" in name else ",").writerows([head, *rows])
    return out.getvalue().encode()


@pytest.mark.parametrize("name", ["t.tsv", "t.jsonl", "t.csv.gz", "t.tsv.gz", "t.jsonl.gz"])
def test_the_fingerprint_is_the_same_in_every_format(name: str) -> None:
    expected = load(_rows("t.csv")).dataset.fingerprint
    assert load(_rows(name), name=name).dataset.fingerprint == expected


def test_the_fingerprint_is_the_same_in_parquet() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    expected = load(f"{HEAD}001,x,a\n002,y,b\n").dataset.fingerprint
    columns = {"id": ["001", "002"], "text": ["x", "y"], "label": ["a", "b"]}
    parquet.write_table(pyarrow.table(columns), "t.parquet")
    assert load_dataset(Path("t.parquet")).dataset.fingerprint == expected


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["crlf", "cr"])
def test_line_endings_do_not_change_the_fingerprint(end: str) -> None:
    content = f"{HEAD}1,x,a\n2,y,b\n"
    found = load(content.replace("\n", end).encode())
    assert found.dataset.fingerprint == load(content).dataset.fingerprint


def test_a_bom_does_not_change_the_fingerprint() -> None:
    content = f"{HEAD}1,x,a\n"
    expected = load(content).dataset.fingerprint
    assert load("\ufeff" + content).dataset.fingerprint == expected


@pytest.mark.parametrize("role", ["text", "label"])
def test_a_missing_column_names_the_columns_and_the_setting(role: str) -> None:
    columns = [name for name in ("id", "text", "label") if name != role]
    found = only(f"{','.join([*columns, 'body'])}\n1,x,a\n")
    assert (found.where, f"{role!r}" in found.what) == ("t.csv:1", True)
    assert "body" in found.help
    assert f"`dataset: {{columns: {{{role}: COLUMN}}}}`" in found.help


def test_all_missing_columns_are_named_at_once() -> None:
    assert len(problems("ticket,body,queue\n1,x,a\n")) == 2
    assert len(problems("ticket,body,queue\n1,x,a\n", Columns(id="id"))) == 3


def test_a_missing_mapped_column_gets_the_nearest_name() -> None:
    found = only("id,text,label,customer\n1,x,a,c\n", Columns(group="custmer"))
    assert found.where == "t.csv:1"
    assert found.help.startswith("4 columns, the nearest: 'customer', ")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",y,b", "id"),
        ("2,,b", "text"),
        ("2,y,", "label"),
        ("2, \t,b", "text"),
        ("2,\u00a0,b", "text"),
    ],
    ids=["id", "text", "label", "blanks", "no-break space"],
)
def test_an_empty_cell_names_column_and_line(row: str, column: str) -> None:
    found = only(f'{HEAD}1,"x\ny",a\n{row}\n3,z,a\n')
    assert (found.where, f"{column!r} is empty" in found.what) == ("t.csv:4", True)


@pytest.mark.parametrize("cell", ["null", '""', '"  "'])
def test_an_empty_json_text_names_its_line(cell: str) -> None:
    rows = f'{{"id": 1, "text": "x", "label": "a"}}\n{{"id": 2, "text": {cell}, "label": "a"}}\n'
    assert only(rows, name="t.jsonl").where == "t.jsonl:2"


def test_a_json_row_without_text_names_its_line() -> None:
    rows = '{"id": 1, "text": "x", "label": "a"}\n{"id": 2, "label": "a"}\n'
    found = only(rows, name="t.jsonl")
    assert (found.where, "'text'" in found.what) == ("t.jsonl:2", True)


def test_two_labels_of_a_ticket_name_their_line_and_both_ways_out() -> None:
    found = only('{"id": 1, "text": "x", "label": ["a", "b"]}\n', name="t.jsonl")
    assert (found.where, found.what) == ("t.jsonl:1", "'label' holds 2 labels: 'a', 'b'")
    assert "all_labels" in found.help
    assert "ticketbench data import" in found.help


def test_second_use_of_an_id_names_both_lines() -> None:
    found = only(f'{HEAD}1,"x\ny",a\n2,z,b\n1,w,a\n')
    assert found.where == "t.csv:5"
    assert "'1'" in found.what
    assert "line 2" in found.what


def test_all_ids_that_stand_again_are_one_problem_with_their_lines() -> None:
    found = only(f"{HEAD}1,x,a\n1,y,b\n1,z,a\n")
    said = "the id '1' stands twice, first in line 2 (2 of 3 rows: lines 3, 4)"
    assert (found.where, found.what) == ("t.csv:3", said)


def test_ids_that_differ_only_by_zeros_or_blanks_are_different() -> None:
    assert len(load(f"{HEAD}1,x,a\n01,y,b\n1 ,z,a\n").dataset.tickets) == 3


@pytest.mark.parametrize("column", ["id", "text", "label", "lang"])
def test_a_nul_in_any_column_names_its_line(column: str) -> None:
    row = {"id": "2", "text": "y", "label": "b", "lang": "en"}
    row[column] += "\0"
    found = only(f"id,text,label,lang\n1,x,a,en\n{','.join(row.values())}\n")
    assert (found.where, f"{column!r}" in found.what, "NUL" in found.what) == (
        "t.csv:3",
        True,
        True,
    )


@pytest.mark.parametrize("column", ["id", "text", "label", "lang"])
def test_half_a_surrogate_pair_in_any_column_names_its_line(column: str) -> None:
    row = {"id": "2", "text": "y", "label": "b", "lang": "en"}
    row[column] += "\ud83d"
    first = {"id": "1", "text": "x", "label": "a", "lang": "en"}
    found = only(f"{json.dumps(first)}\n{json.dumps(row)}\n", name="t.jsonl")
    assert (found.where, f"{column!r}" in found.what) == ("t.jsonl:2", True)


def test_half_a_surrogate_pair_in_a_column_name_names_its_line() -> None:
    rows = '{"id": 1, "text": "x", "label": "a"}\n'
    rows += '{"id": 2, "text": "y", "label": "b", "\\ud83d": "z"}\n'
    assert only(rows, name="t.jsonl").where == "t.jsonl:2"


def test_a_nul_in_a_column_name_names_the_header() -> None:
    assert only("id,text,label,a\0\n1,x,a,\n").where == "t.csv:1"


def test_a_whole_surrogate_pair_is_one_character() -> None:
    row = r'{"id": "1", "text": "\ud83d\ude00", "label": "a"}'
    assert ticket(row, name="t.jsonl").text == "\U0001f600"


def test_a_label_that_no_rubric_has_gets_the_nearest_name() -> None:
    found = only(f"{HEAD}1,x,billing\n2,y,biling\n", known=["billing", "bug"])
    assert found.where == "t.csv:3"
    assert "'biling'" in found.what
    assert "did you mean 'billing'?" in found.help


def test_a_label_that_no_rubric_has_gets_the_way_to_say_that_none_fits() -> None:
    found = only(f"{HEAD}1,x,billing\n2,y,zzz\n", known=["billing", "bug"])
    assert "__none__" in found.help


def test_the_label_none_needs_no_rubric() -> None:
    found = load(f"{HEAD}1,x,a\n2,y,__none__\n", known=["a", "b"])
    assert found.dataset.tickets[1].label == "__none__"


@pytest.mark.parametrize("label", ["A", " a", "a ", "NONE", "__None__"])
def test_labels_are_compared_exactly(label: str) -> None:
    assert only(f"{HEAD}1,x,{label}\n", known=["a", "b"]).where == "t.csv:2"


def test_every_entry_of_all_labels_needs_a_rubric() -> None:
    found = only("id,text,label,all_labels\n1,x,a,a|c\n", known=["a", "b"])
    assert (found.where, "'c'" in found.what) == ("t.csv:2", True)


def test_without_known_labels_any_label_is_accepted() -> None:
    assert ticket(f"{HEAD}1,x,anything\n").label == "anything"


def test_a_file_without_rows_is_an_error() -> None:
    found = only(HEAD)
    assert (found.where, "no tickets" in found.what) == ("t.csv:1", True)


def test_an_empty_jsonl_file_has_no_tickets() -> None:
    found = only("", name="t.jsonl")
    assert (found.where, "no tickets" in found.what or "empty" in found.what) == (
        "t.jsonl:1",
        True,
    )


def test_problems_of_all_kinds_come_in_the_order_of_the_lines() -> None:
    found = problems(f"{HEAD}1,x,a\n1,y,b\n2,,a\n3,z,c\n4,w\0,b\n", known=["a", "b"])
    assert [p.where for p in found] == ["t.csv:3", "t.csv:4", "t.csv:5", "t.csv:6"]


def test_two_empty_cells_of_one_row_are_two_problems() -> None:
    assert [p.where for p in problems(f"{HEAD}1,,\n")] == ["t.csv:2", "t.csv:2"]


def test_rows_of_one_cause_are_one_problem_with_a_count_and_five_lines() -> None:
    found = only(HEAD + "".join(f"{i},,a\n" for i in range(23)))
    said = "'text' is empty (23 of 23 rows: lines 2, 3, 4, 5, 6 and 18 more)"
    assert (found.where, found.what) == ("t.csv:2", said)


def test_causes_come_by_their_first_lines() -> None:
    rows = "".join(f"{i // 2},x,{'a' if i % 2 else 'zzz'}\n" for i in range(30))
    found = problems(HEAD + rows, known=["a", "b"])
    assert [p.where for p in found] == ["t.csv:2", "t.csv:3"]
    assert found[0].what.startswith("no rubric set has the label 'zzz' (15 of 30 rows: lines 2, 4,")


@PLAIN
@given(rows=TICKETS)
@pytest.mark.parametrize("name", ["t.csv", "t.tsv.gz", "t.jsonl"])
def test_any_tickets_are_read_back_byte_for_byte(
    name: str, rows: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    head = ("id", "text", "label")
    out = io.StringIO(newline="")
    if ".jsonl" in name:
        for row in rows:
            out.write(json.dumps(dict(zip(head, row, strict=True)), ensure_ascii=False) + "\n")
    else:
        csv.writer(out, delimiter="\t" if ".tsv" in name else ",").writerows([head, *rows])
    data = out.getvalue().encode("utf-8")
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    tickets = load_dataset(path).dataset.tickets
    assert [(t.id, t.texts[-1], t.label) for t in tickets] == rows
    assert [t.text for t in tickets] == [with_line_feeds(text) for _, text, _ in rows]


# --- line ends

LINES = "one\ntwo\n\nthree"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.csv.gz", "t.parquet"])
def test_line_ends_inside_texts_become_line_feeds_in_every_format(name: str, end: str) -> None:
    found = written(name, LINES.replace("\n", end))
    (one,) = found.dataset.tickets
    assert (one.text, one.text_in_file) == (LINES, LINES.replace("\n", end))
    assert one.metadata == (("note", "a\nb"),)
    same = written(name, LINES)
    assert same.dataset.tickets[0].text_in_file is None
    assert found.dataset.fingerprint == same.dataset.fingerprint
    assert found.dataset.fingerprint_in_file != same.dataset.fingerprint_in_file
    assert same.dataset.fingerprint_in_file == same.dataset.fingerprint


def written(name: str, text: str) -> LoadedDataset:
    """A ticket with this text and a note of two lines with its line ends."""
    note = "a\r\nb" if "\r" in text else "a\nb"
    row = {"id": "1", "text": text, "label": "x", "note": note}
    if name.endswith(".parquet"):
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.table({key: [cell] for key, cell in row.items()}), name)
        return load_dataset(Path(name))
    if name.endswith(".jsonl"):
        return load(json.dumps(row), name=name)
    out = io.StringIO(newline="")
    lines = csv.writer(out, delimiter="\t" if ".tsv" in name else ",", quoting=csv.QUOTE_ALL)
    lines.writerows([row.keys(), row.values()])
    return load(out.getvalue(), name=name)


def test_reading_5000_short_tickets_takes_at_most_900_bytes_each_and_keeps_400(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.csv"
    words = [
        f"Ticket {i} says that the parcel has not come, and asks where it is" for i in range(5000)
    ]
    path.write_text("id,text,label\n" + "".join(f't{i},"{t}",a\n' for i, t in enumerate(words)))
    load_dataset(path)  # what is loaded and compiled once is no part of it
    tracemalloc.start()
    try:
        found = load_dataset(path)
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.lines) == 5000
    assert held / 5000 < 400
    assert peak / 5000 < 900

"""Records of exports in any form: lists, lines, pages; and what a file looks like."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotated import EXPORTS
from ticketbench.core.errors import InputError
from ticketbench.edge.imports import json_values as under_test
from ticketbench.edge.imports.json_values import json_values
from ticketbench.edge.imports.looks import looks_like, named_preset
from ticketbench.edge.imports.raw import open_export

RECORDS = [{"id": 1, "subject": "a [b] {c"}, {"id": 2, "subject": 'x "y" \\ z\n'}]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", json.dumps(RECORDS)),
        ("t.json", json.dumps(RECORDS, indent=2)),
        ("t.json", json.dumps({"tickets": RECORDS})),
        ("t.json", "\ufeff" + json.dumps({"next_page": None, "tickets": RECORDS, "count": 2})),
        ("t.json", "\n".join(map(json.dumps, RECORDS))),
        ("t.ndjson", "\n".join(map(json.dumps, RECORDS))),
        ("t.jsonl", "\r\n".join(map(json.dumps, RECORDS)) + "\r\n\r\n"),
        ("t.ndjson", "\n".join(json.dumps({"tickets": [one]}) for one in RECORDS)),
    ],
)  # fmt: skip
def test_records_are_the_same_in_every_form(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    export = open_export(tmp_path / name, named_preset("zendesk"))
    assert [dict(raw.values) for raw in export.records] == RECORDS
    assert export.more(2) == ""


@pytest.mark.parametrize(
    ("page", "more"),
    [
        ({"next_page": "https://example.com/2", "count": 4310}, "2 of 4,310 tickets"),
        ({"next_page": "https://example.com/2"}, "2 tickets, and not the last"),
        ({"meta": {"has_more": True}}, "2 tickets, and not the last"),
        ({"next_page": None, "count": 2}, ""),
    ],
)
def test_a_page_of_more_says_so(tmp_path: Path, page: dict[str, Any], more: str) -> None:
    (tmp_path / "t.json").write_text(json.dumps({"tickets": RECORDS, **page}), encoding="utf-8")
    export = open_export(tmp_path / "t.json", named_preset("zendesk"))
    assert len([*export.records]) == 2
    assert export.more(2) == (f"this is page 1 of more: {more}" if more else "")


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=5), st.integers(1, 9))
def test_a_list_is_read_alike_in_pieces_of_any_size(
    records: list[dict[str, Any]], piece: int
) -> None:
    for text in (json.dumps(records), json.dumps(records, indent=1), json.dumps({"p": records})):
        usual, under_test._PIECE = under_test._PIECE, piece
        try:
            found = [value for _, value in json_values(io.StringIO(text).read, frozenset("p"), {})]
        finally:
            under_test._PIECE = usual
        assert found == records


def test_a_record_is_placed_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[\n {"id": 1},\n\n {"id":\n 2}]', encoding="utf-8")
    export = open_export(tmp_path / "t.json", named_preset("zendesk"))
    assert [raw.line for raw in export.records] == [2, 4]


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("t.json", b'[{"id": 1}, {"id": ', ":1"),
        ("t.json", b'[{"id": 1}\n {"id": 2}]', ":2"),
        ("t.json", b'["a"]', ":1"),
        ("t.json", b'"a"', ":1"),
        ("t.json", b"[" * 100_000, ":1"),
        ("t.jsonl", b'{"id": 1}\n{"id": ', ":2"),
        ("t.jsonl", b'{"id": 1}\n[1]\n', ":2"),
        ("t.jsonl", b'{"id": "\xff"}\n', ":1"),
        ("t.jsonl", b'{"a": ' * 100_000, ":1"),
    ],
)
def test_what_is_no_export_is_an_error_at_its_line(
    tmp_path: Path, name: str, content: bytes, where: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        [*open_export(tmp_path / name, named_preset("zendesk")).records]
    assert caught.value.problems[0].where.endswith(f"{name}{where}")


@pytest.mark.parametrize(
    ("name", "preset"),
    [
        ("label-studio.json", "label-studio"),
        ("label-studio-min.json", "label-studio"),
        ("label-studio.csv", "label-studio"),
        ("argilla.json", "argilla"),
        ("prodigy.jsonl", "prodigy"),
        ("doccano.jsonl", "doccano"),
        ("plain.csv", ""),
        ("hf.jsonl", ""),
        ("doccano-lists-of-one.jsonl", ""),
        ("two-annotators-as-rows.csv", ""),
    ],
)
def test_a_file_is_told_by_its_keys(name: str, preset: str) -> None:
    found = looks_like(EXPORTS / name)
    assert (found.name if found else "") == preset


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "billing", "rubric": "Is it about money?"}]',
        '{"version": 1, "dataset": {"path": "d.csv"}, "rubric_sets": {}}',
        '{"data": [1], "other": 2}',
        "no json at all",
        "",
    ],
)
def test_what_is_no_export_looks_like_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    assert looks_like(tmp_path / "t.json") is None

"""Objects as rows: one a line, or a list of them; what lies in an object stays reachable."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.tables.columns import at
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Table


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(content: str, name: str = "t.json") -> Table:
    Path(name).write_bytes(content.encode())
    return read_table(Path(name))


def problem(content: str, name: str = "t.json") -> Problem:
    with pytest.raises(InputError) as caught:
        table(content, name)
    (found,) = caught.value.problems
    return found


def test_a_list_of_objects_is_a_table_with_real_lines() -> None:
    found = table('\n[\n  {"id": 1,\n   "text": "a"},\r\n  {"id": "x"}\n]\n')
    assert [(row.line, dict(row.values)) for row in found.rows] == [
        (3, {"id": "1", "text": "a"}),
        (5, {"id": "x"}),
    ]
    assert (found.columns, [*found.facts.numbers["id"]]) == (("id", "text"), [3])


@pytest.mark.parametrize("content", ["[]", " [ ]\n", "[{}]", '[{"a": null}]', '[{"a": " "}]'])
def test_a_list_without_values_has_no_rows(content: str) -> None:
    assert table(content).rows == ()


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ('{"tickets": []}', 1, "no list of JSON objects"),
        ('{"a": 1}\n{"a": 2}\n', 1, "no list of JSON objects"),
        ("", 1, "no list of JSON objects"),
        ('[{"a": 1},\n {"a": 2,}\n]', 2, "not valid JSON"),
        ('[{"a": 1}\n', 2, "not valid JSON"),
        ('[{"a": 1}] x', 1, "not valid JSON"),
        ('[{"a": 1},]', 1, "not valid JSON"),
        ('[{"a": 1},\n 7]', 2, "not a JSON object"),
        ("[" * 100_000, 1, "nested too deeply"),
        ('[{"a": 1, "a": 2}]', 1, "stands twice"),
    ],
)
def test_another_file_is_told_at_its_line(content: str, line: int, words: str) -> None:
    found = problem(content)
    assert (found.where, words in found.what) == (f"t.json:{line}", True)


@pytest.mark.parametrize("content", ['[{"a": 1}]\n', '[\n{"a": 1}\n]\n', '{\n"a": 1\n}\n'])
def test_one_value_over_several_lines_is_one_error_and_not_one_a_line(content: str) -> None:
    found = problem(content, "t.jsonl")
    assert found.what == "this is one JSON value over several lines, not an object a line"


def test_what_lies_in_an_object_is_reached_with_its_digits() -> None:
    found = table('{"id": 1, "fields": {"n": 1.10, "big": 12345678901234567890}}\n', "t.jsonl")
    (row,) = found.rows
    assert row.values["fields"] == '{"n": 1.10, "big": 12345678901234567890}'
    assert (at(row, "fields.n"), at(row, "fields.big")) == ("1.10", "12345678901234567890")


def test_numbers_are_told_in_the_facts() -> None:
    found = table('{"a": "1", "b": 1}\n{"a": true, "b": 1.0, "c": 1e5, "d": -3}\n', "t.jsonl")
    lines = {column: [*at] for column, at in found.facts.numbers.items()}
    assert lines == {"b": [1, 2], "a": [2], "c": [2], "d": [2]}
    assert set(found.facts.floats) == {"b", "c"}


def test_objects_without_values_are_left_out_and_counted() -> None:
    found = table('{"a": "1"}\n{}\n{"a": null, "b": ""}\n{"a": "2"}\n', "t.jsonl")
    assert [row.line for row in found.rows] == [1, 4]
    assert found.notes == ("left out: 2 rows without any value (lines 2-3)",)

"""What a mapped name leads to: a column, one of several, or a way through objects."""

from __future__ import annotations

import pytest

from ticketbench.core.errors import Problem
from ticketbench.edge.tables.columns import at, cell_of, has_column, header_of, missing_column
from ticketbench.edge.tables.rows import Cell, Facts, MalformedRow, Row

ISSUE = Row(
    3,
    {
        "key": "SUP-1",
        "fields": '{"summary": "a", "team": {"name": "billing", "id": 1.50}, "tags": ["x", 2]}',
        "fields.status": "open",
        "meta.a": '{"b.c": "1", "b": {"c": "2"}}',
        "note": "{no object",
        "list": ["a"],
    },
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key", "SUP-1"),
        ("fields.status", "open"),
        ("fields.summary", "a"),
        ("fields.team.name", "billing"),
        ("fields.team.id", "1.50"),
        ("fields.team", '{"name": "billing", "id": 1.50}'),
        ("fields.tags", ["x", "2"]),
        ("meta.a.b.c", "1"),
        ("fields.team.name.first", None),
        ("fields.nothing", None),
        ("note.x", None),
        ("list.x", None),
        ("nothing.x", None),
        ("nothing", None),
        ("", None),
        (".", None),
    ],
)
def test_a_name_with_dots_leads_through_objects(name: str, value: Cell) -> None:
    assert at(ISSUE, name) == value


@pytest.mark.parametrize(
    ("name", "there"),
    [("key", True), ("fields.a.b", True), ("meta.a.x", True), ("meta.b", False), ("x", False)],
)
def test_a_name_is_there_when_a_column_begins_it(name: str, there: bool) -> None:
    assert has_column(name, ISSUE.values) is there


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ((4, 5), "the column 'Labels' stands twice (fields 4 and 5)"),
        ((2, 4, 9), "the column 'Labels' stands 3 times (fields 2, 4 and 9)"),
    ],
)
def test_a_name_that_stands_more_than_once_needs_its_number(
    fields: tuple[int, ...], what: str
) -> None:
    facts = Facts(repeated={"Labels": fields})
    columns = ("Key", "Labels#1", "Labels#2")
    found = missing_column("Labels", columns, facts, where="t.csv:1", role="label", say="map it")
    assert found == Problem(what, "t.csv:1", "write 'Labels#2' for the second")


def test_a_name_that_is_no_column_is_told_with_the_nearest() -> None:
    found = missing_column("Label", ("Labels", "x"), Facts(), where="t:1", role="label", say="map")
    assert found.what == "there is no column 'Label' for the label"
    assert found.help == "2 columns, the nearest: 'Labels', 'x'; map"


def test_a_numbered_name_that_is_taken_cannot_be_given() -> None:
    with pytest.raises(MalformedRow, match=r"'a#2' stands twice"):
        header_of(["a", "a", "a#2"], 1)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (["a"], ["a"]),
        ([1, True, "x", 0.5], ["1", "true", "x", "0.5"]),
        ([], []),
        (["a", None], '["a", null]'),
        ([["a"], {"b": 1}], '[["a"], {"b": 1}]'),
        ({"a": [1, None, True], "\u00e9": "\u2028"}, '{"a": [1, null, true], "\u00e9": "\u2028"}'),
        (False, "false"),
        (7, "7"),
        (None, None),
    ],
)
def test_a_value_of_json_is_text_or_a_list_of_texts(value: object, cell: Cell) -> None:
    assert cell_of(value) == cell

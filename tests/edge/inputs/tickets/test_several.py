"""Every label that fits, out of one cell, whichever way a tool writes it."""

from __future__ import annotations

import pytest

from ticketbench.edge.inputs.tickets.cells import listed_in, of_one
from ticketbench.edge.inputs.tickets.several import labels_in, looks_like_several, other_separator
from ticketbench.edge.tables.rows import Cell

KNOWN = ("billing", "account", "R&D; tools")


@pytest.mark.parametrize(
    ("cell", "separator", "labels"),
    [
        ("a|b", None, ("a", "b")),
        ("a | b", None, ("a ", " b")),
        ("a | b|a", "|", ("a", "b")),
        ("account, account", ",", ("account",)),
        ("a; b;;c ", ";", ("a", "b", "c")),
        ('["a, b", "c"]', ",", ("a, b", "c")),
        ('["a", "b"]', None, ("a", "b")),
        ('["a"]', "json", ("a",)),
        ('{"choices": ["a", "b"]}', None, ("a", "b")),
        (["a|b", "", "a|b"], ",", ("a|b",)),
        ("", ",", ()),
        (None, None, ()),
        ([], None, ()),
        ("a", "json", ("a",)),
    ],
)
def test_a_cell_is_parted_as_it_is_written(
    cell: Cell, separator: str | None, labels: tuple[str, ...]
) -> None:
    assert labels_in(cell, separator) == labels


@pytest.mark.parametrize(
    "cell", ["[urgent] billing", '["a", 1.5]', '{"a": ["b"]}', '["a"', "[]x", '{"choices": "a"}']
)
def test_what_only_begins_like_a_list_stays_a_label(cell: str) -> None:
    assert listed_in(cell) == cell


def test_a_known_label_that_is_written_as_a_list_stays_one() -> None:
    assert listed_in('["a"]', ('["a"]',)) == '["a"]'
    assert listed_in('["a"]') == ["a"]


@pytest.mark.parametrize(("cell", "one"), [(["a"], "a"), ([], None), (["a", "b"], ["a", "b"])])
def test_a_list_of_one_is_its_element(cell: Cell, one: Cell) -> None:
    assert of_one(cell) == one


@pytest.mark.parametrize(
    ("label", "sign"),
    [
        ("billing, account", ","),
        ("billing;account", ";"),
        ("billing, other", None),
        ("R&D; tools", None),
        ("billing", None),
    ],
)
def test_another_sign_is_seen_only_between_known_labels(label: str, sign: str | None) -> None:
    assert other_separator(label, KNOWN) == sign


def test_three_labels_are_called_three() -> None:
    what, help_ = looks_like_several("a,b,c", ",")
    assert what == "'a,b,c' looks like three labels"
    assert help_ == "write dataset.all_labels_separator: ','"

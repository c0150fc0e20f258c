"""From pydantic's complaints to problems that say what, where and what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.inputs.documents import read_document
from ticketbench.edge.inputs.validation import Strict, validated


class Inner(Strict):
    colour: str = "red"
    size: int = 1


class Outer(Strict):
    name: str
    inner: Inner = Inner()
    maybe: Inner | None = None
    items: list[Inner] = Field(default=[])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problems(content: str) -> tuple[Problem, ...]:
    Path("d.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        validated(Outer, read_document(Path("d.yaml")))
    return caught.value.problems


def only(content: str) -> Problem:
    (found,) = problems(content)
    return found


def test_a_valid_document_becomes_the_model() -> None:
    Path("d.yaml").write_text("name: a\ninner: {size: 3}\n")
    assert validated(Outer, read_document(Path("d.yaml"))) == Outer(name="a", inner=Inner(size=3))


def test_a_missing_key_points_at_the_section_that_lacks_it() -> None:
    found = only("inner: {}\n")
    assert found.where == "d.yaml:1:1"
    assert "'name' is missing" in found.what


@pytest.mark.parametrize(
    ("content", "where", "nearest"),
    [
        ("name: a\ninnr: {}\n", "d.yaml:2:1", "inner"),
        ("name: a\ninner:\n  color: x\n", "d.yaml:3:3", "colour"),
        ("name: a\nmaybe: {sise: 2}\n", "d.yaml:2:9", "size"),
        ("name: a\nitems:\n  - {}\n  - {colr: x}\n", "d.yaml:4:6", "colour"),
    ],
    ids=["top", "section", "optional section", "list item"],
)
def test_an_unknown_key_is_located_and_gets_the_nearest_name(
    content: str, where: str, nearest: str
) -> None:
    found = only(content)
    assert "unknown key" in found.what
    assert (found.where, found.help) == (where, f"did you mean {nearest!r}?")


def test_an_unknown_key_like_nothing_lists_the_known_ones() -> None:
    assert only("name: a\ninner: {zzz: 1}\n").help == "known: colour, size"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("true", "True"), ("12", "12"), ("1.5", "1.5"), ("null", "None")],
    ids=["boolean", "integer", "number", "null"],
)
def test_a_value_that_is_no_text_is_shown_with_the_advice_to_quote(value: str, shown: str) -> None:
    found = only(f"name: {value}\n")
    assert found.where == "d.yaml:1:1"
    assert found.what.endswith(f"found {shown}")
    assert "quotes" in found.help


def test_a_list_in_place_of_text_gets_no_advice_to_quote() -> None:
    assert "quotes" not in only("name: [a]\n").help


def test_a_number_in_quotes_is_not_coerced() -> None:
    found = only("name: a\ninner: {size: '3'}\n")
    assert (found.where, "'3'" in found.what) == ("d.yaml:2:9", True)


def test_a_long_value_is_not_repeated_in_the_message() -> None:
    assert "x" * 61 not in only(f"name: a\ninner: {{size: {'x' * 100}}}\n").what


def test_all_problems_come_at_once() -> None:
    found = problems("name: 1\ninner: {colour: 2, size: x}\nitems: 3\nother: 4\n")
    assert sorted(p.where for p in found) == [
        "d.yaml:1:1",
        "d.yaml:2:20",
        "d.yaml:2:9",
        "d.yaml:3:1",
        "d.yaml:4:1",
    ]


@pytest.mark.parametrize("content", ["", "- a\n", "word\n"], ids=["empty", "list", "word"])
def test_a_document_of_the_wrong_shape_points_at_its_beginning(content: str) -> None:
    assert only(content).where == "d.yaml:1:1"


def test_messages_do_not_speak_of_python_classes() -> None:
    assert "Inner" not in only("name: a\ninner: 3\n").what

"""YAML and JSON documents: values as written, a position for each, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.inputs.documents import Document, read_document, read_text, value_of


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def document(content: str | bytes, name: str = "d.yaml") -> Document:
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return read_document(path)


def problem(content: str | bytes, name: str = "d.yaml") -> Problem:
    with pytest.raises(InputError) as caught:
        document(content, name)
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "y", "n", "No", "OFF"])
def test_words_that_yaml_1_1_reads_as_booleans_stay_strings(word: str) -> None:
    assert document(f"name: {word}\n").data == {"name": word}


@pytest.mark.parametrize("word", ["true", "false", "null", "12", "1.5", "2024-01-01", "~"])
def test_a_quoted_value_stays_a_string(word: str) -> None:
    assert document(f"name: '{word}'\n").data == {"name": word}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("12", 12),
        ("-3", -3),
        ("0.25", 0.25),
        ("1e3", 1000.0),
        ("null", None),
        ("~", None),
        ("", None),
        ("012", 12),
    ],
    ids=repr,
)
def test_plain_scalars_have_their_yaml_1_2_type(written: str, value: object) -> None:
    found = document(f"x: {written}\n").data["x"]
    assert (found, type(found)) == (value, type(value))


def test_a_yaml_1_1_directive_does_not_turn_no_into_a_boolean() -> None:
    assert document("%YAML 1.1\n---\nname: no\n").data == {"name": "no"}


def test_a_byte_order_mark_does_not_shift_columns() -> None:
    assert document(b"\xef\xbb\xbfname: a\n").where(("name",)) == "d.yaml:1:1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_line_endings_do_not_change_data_or_lines(end: str) -> None:
    found = document(f"a: 1{end}b: two{end}".encode())
    assert (found.data, found.where(("b",))) == ({"a": 1, "b": "two"}, "d.yaml:2:1")


def test_where_of_a_list_item_is_its_own_line_and_column() -> None:
    found = document("gates:\n  - {metric: a}\n  - {metric: b, on: v1}\n")
    assert found.where(("gates", 1, "on")) == "d.yaml:3:17"


def test_where_of_an_absent_value_is_its_nearest_ancestor() -> None:
    found = document("a:\n  b:\n    c: 1\n")
    assert found.where(("a", "b", "nope", 3)) == "d.yaml:2:3"


def test_where_of_an_empty_document_is_its_beginning() -> None:
    assert document("").where(("a",)) == "d.yaml:1:1"


def test_an_empty_document_is_none() -> None:
    assert document("# only a comment\n").data is None


def test_a_key_that_stands_twice_names_both_lines() -> None:
    found = problem("a: 1\nb: 2\na: 3\n")
    assert found.where == "d.yaml:3:1"
    assert "'a'" in found.what
    assert "line 1" in found.help


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("- &x {a: 1}\n- *x\n", "d.yaml:1:3"),
        ("a: &anchor 1\n", "d.yaml:1:4"),
        ("a: 1\n&k b: 2\n", "d.yaml:2:1"),
    ],
    ids=["alias", "anchor on a value", "anchor on a key"],
)
def test_anchors_are_refused_where_they_stand(content: str, where: str) -> None:
    assert problem(content).where == where


def test_an_alias_without_anchor_is_located() -> None:
    assert problem("a: 1\nb: *nope\n").where == "d.yaml:2:4"


def test_a_merge_key_is_refused() -> None:
    assert problem("a: 1\n<<: {b: 2}\n").where == "d.yaml:2:1"


def test_a_list_as_key_is_refused() -> None:
    assert problem("a: 1\n? [b, c]\n: 2\n").where == "d.yaml:2:3"


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("a: 1\nb: !secret x\n", "d.yaml:2:4"),
        ("a: !!python/object/apply:os.getcwd []\n", "d.yaml:1:4"),
        ("a: 1\nb: !mine [1, 2]\n", "d.yaml:2:4"),
        ("a: !!set {x, y}\n", "d.yaml:1:4"),
        ('a: !!int "abc"\n', "d.yaml:1:4"),
        ("a: !!binary aGVsbG8=\n", "d.yaml:1:4"),
    ],
    ids=["scalar", "python", "list", "set", "int", "binary"],
)
def test_tags_are_refused_where_they_stand(content: str, where: str) -> None:
    assert problem(content).where == where


def test_an_unquoted_date_is_refused_with_the_way_out() -> None:
    found = problem("a: 1\nname: 2024-01-01\n")
    assert (found.where, found.help) == ("d.yaml:2:7", "quote it")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("a: 1\nb: {c: 1\n", "d.yaml:3:1"),
        ('a: 1\nb: "open\n', "d.yaml:3:1"),
        ("a:\n\tb: 1\n", "d.yaml:2:1"),
        ("a: 1\n b: 2\n", "d.yaml:2:3"),
        ("a: 1\n---\nb: 2\n", "d.yaml:2:1"),
        ("a: 1\nb: @x\n", "d.yaml:2:4"),
    ],
    ids=["brace", "quote", "tab", "indent", "two documents", "reserved"],
)
def test_a_syntax_error_names_line_and_column(content: str, where: str) -> None:
    found = problem(content)
    assert found.where == where
    assert "not valid YAML" in found.what


def test_a_control_character_names_its_line() -> None:
    found = problem("a: 1\nb: 'x\0y'\n")
    assert found.where.startswith("d.yaml:2")


@pytest.mark.parametrize("opening", ["[", "{a: "], ids=["lists", "mappings"])
def test_deep_nesting_is_an_input_error(opening: str) -> None:
    closing = {"[": "]", "{a: ": "}"}[opening]
    assert "not valid YAML" in problem(opening * 3000 + "1" + closing * 3000).what


def test_a_number_too_long_for_python_is_an_input_error() -> None:
    found = problem("a: 1\nb: " + "1" * 5000 + "\n")
    assert found.where.startswith("d.yaml:2")


def test_bytes_that_are_not_utf8_name_their_line() -> None:
    found = problem(b"a: 1\nb: \xff\n")
    assert found.where == "d.yaml:2"
    assert "UTF-8" in found.help


def test_utf16_is_refused_with_the_way_out() -> None:
    assert "UTF-8" in problem("a: 1\n".encode("utf-16")).help


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InputError, match=r"no such file: nope\.yaml"):
        read_text(Path("nope.yaml"))


def test_a_folder_is_not_a_file() -> None:
    Path("folder.yaml").mkdir()
    with pytest.raises(InputError, match=r"folder\.yaml is a folder"):
        read_text(Path("folder.yaml"))


def test_a_path_below_a_file_is_an_input_error() -> None:
    Path("d.yaml").write_text("a: 1\n")
    with pytest.raises(InputError, match=r"d\.yaml"):
        read_text(Path("d.yaml/x.yaml"))


def test_a_name_too_long_for_the_disk_is_an_input_error() -> None:
    with pytest.raises(InputError):
        read_text(Path("a" * 300 + ".yaml"))


def test_a_file_over_one_megabyte_is_refused() -> None:
    with pytest.raises(InputError, match="larger than 1 MB"):
        document("a: " + "x" * 1_000_000)


def test_json_may_be_indented_with_tabs() -> None:
    found = document('[\n\t{\n\t\t"name":\t"a"\n\t}\n]\n', "d.json")
    assert (found.data, found.where((0, "name"))) == ([{"name": "a"}], "d.json:3:3")


@pytest.mark.parametrize(
    "value",
    ["tab\tinside", "line\nend", 'a "quote"', "a/b", "b\\c", "\u00e9\u4e2d", "no", "\u2028"],
    ids=["tab", "newline", "quote", "slash", "backslash", "accents", "no", "separator"],
)
def test_an_escaped_json_string_is_read_as_json_reads_it(value: str) -> None:
    assert document(json.dumps([value]), "d.json").data == [value]


def test_a_character_beyond_the_bmp_may_be_escaped_in_json() -> None:
    assert document(json.dumps(["\U0001f600"]), "d.json").data == ["\U0001f600"]


def test_json_slashes_may_be_escaped() -> None:
    assert document(r'["a\/b"]', "d.json").data == ["a/b"]


def test_a_doubled_json_key_is_located() -> None:
    assert problem('{"a": 1,\n "a": 2}\n', "d.json").where == "d.json:2:2"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("true", True),
        ("no", "no"),
        ("[a, 1]", ["a", 1]),
        ("{a: 1}", {"a": 1}),
        ("", None),
        ("local://lexical/v1/classify", "local://lexical/v1/classify"),
        ("'12'", "12"),
    ],
    ids=repr,
)
def test_a_scalar_from_the_command_line_is_yaml(text: str, value: Any) -> None:
    assert value_of(text, source="--set x") == value


@pytest.mark.parametrize(
    "text",
    [
        "[a", "*x", "&x 1", "a: b: c", "2001-99-99", "1" * 5000, "{a: 1, a: 2}", "[" * 30,
        "!!python/object/apply:os.getcwd []", '!!int ""', '!!float ""', "!!bool foo", "[!!int x]",
        "!x 1", "x\udce9", "\x1b", "a\n---\nb",
    ],
)  # fmt: skip
def test_what_is_no_yaml_value_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError, match="not a YAML value") as caught:
        value_of(text, source="--set x")
    assert caught.value.problems[0].where == "--set x"

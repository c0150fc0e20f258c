"""Rubric files: two forms, order, inheritance, and what is an error or a warning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.inputs.documents import read_document
from ticketbench.edge.inputs.rubric_files import (
    is_rubric_document,
    read_rubrics,
    rubric_findings,
    rubric_places,
)

PARENT = """\
- {name: a, rubric: "Is it a?"}
- {name: b, rubric: "Is it b?"}
- {name: c, rubric: "Is it c?"}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "r.yaml") -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def rubrics(text: str, name: str = "r.yaml") -> RubricSet:
    return read_rubrics(write(text, name))


def child(text: str) -> RubricSet:
    write(PARENT, "v1.yaml")
    return rubrics(f"extends: v1.yaml\n{text}", "v2.yaml")


def problems(text: str, name: str = "r.yaml") -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        rubrics(text, name)
    return caught.value.problems


def only(text: str, name: str = "r.yaml") -> Problem:
    (found,) = problems(text, name)
    return found


def only_of_child(text: str) -> Problem:
    write(PARENT, "v1.yaml")
    return only(f"extends: v1.yaml\n{text}", "v2.yaml")


def codes(found: RubricSet) -> list[str]:
    return [finding.code for finding in rubric_findings(found)]


def test_a_plain_list_keeps_its_order() -> None:
    found = rubrics("- {name: z, rubric: one}\n- {name: a, rubric: two}\n")
    assert found.rubrics == (Rubric("z", "one"), Rubric("a", "two"))


def test_a_set_is_called_after_its_file() -> None:
    assert rubrics(PARENT, "support.v1.yaml").name == "support.v1"


def test_a_given_name_is_stronger_than_the_file_name() -> None:
    assert read_rubrics(write(PARENT), "base").name == "base"


def test_the_name_is_not_part_of_the_fingerprint() -> None:
    path = write(PARENT)
    assert read_rubrics(path, "x").fingerprint == read_rubrics(path, "y").fingerprint


def test_the_order_is_part_of_the_fingerprint() -> None:
    swapped = "".join(reversed(PARENT.splitlines(keepends=True)))
    assert rubrics(PARENT).fingerprint != rubrics(swapped).fingerprint


@pytest.mark.parametrize("name", ["no", "on", "off", "yes", "y"])
def test_label_names_that_look_like_booleans_stay_strings(name: str) -> None:
    found = rubrics(f"- {{name: {name}, rubric: one}}\n- {{name: other, rubric: two}}\n")
    assert found.labels == (name, "other")


@pytest.mark.parametrize("name", ["true", "001", "12", "null", "NA", "1.0", "2024-01-01"])
def test_quoted_label_names_stay_strings(name: str) -> None:
    found = rubrics(f"- {{name: '{name}', rubric: one}}\n- {{name: other, rubric: two}}\n")
    assert found.labels == (name, "other")


def test_na_needs_no_quotes() -> None:
    assert rubrics("- {name: NA, rubric: x}\n- {name: nan, rubric: y}\n").labels == ("NA", "nan")


def test_rubric_texts_are_kept_byte_for_byte() -> None:
    text = '  Is it\n\tabout "money"?  \u00e9 \u2028 '
    found = rubrics(json.dumps([{"name": "a", "rubric": text}, {"name": "b", "rubric": "x"}]))
    assert found.rubrics[0].text == text


def test_a_json_file_with_tabs_is_a_rubric_set() -> None:
    text = '[\n\t{"name":\t"a", "rubric": "one\\ttwo"},\n\t{"name": "b", "rubric": "x"}\n]\n'
    assert rubrics(text, "r.json").rubrics[0] == Rubric("a", "one\ttwo")


def test_a_json_file_with_an_escaped_emoji_is_a_rubric_set() -> None:
    text = "Is the customer happy \U0001f600?"
    written = json.dumps([{"name": "a", "rubric": text}, {"name": "b", "rubric": "x"}])
    assert rubrics(written, "r.json").rubrics[0].text == text


@pytest.mark.parametrize("name", ["r.yaml", "r.yml", "r.json"])
def test_the_same_list_has_the_same_fingerprint_in_every_form(name: str) -> None:
    entries = [{"name": "a", "rubric": "Is it a?"}, {"name": "b", "rubric": "Is it b?"}]
    plain = rubrics("- {name: a, rubric: Is it a?}\n- {name: b, rubric: Is it b?}\n", "p.yaml")
    assert rubrics(json.dumps(entries), name).fingerprint == plain.fingerprint


def test_a_child_without_changes_is_its_parent() -> None:
    write(PARENT, "v1.yaml")
    assert child("").fingerprint == read_rubrics(Path("v1.yaml")).fingerprint


def test_a_replaced_label_keeps_its_place() -> None:
    found = child("labels: [{name: b, rubric: new}]\n")
    assert (found.labels, found.rubrics[1].text) == (("a", "b", "c"), "new")


def test_new_labels_come_last_in_their_order() -> None:
    found = child("labels: [{name: z, rubric: x}, {name: a, rubric: y}, {name: d, rubric: w}]\n")
    assert found.labels == ("a", "b", "c", "z", "d")


def test_a_removed_label_is_gone() -> None:
    assert child("remove: [b]\n").labels == ("a", "c")


def test_remove_and_replace_work_together() -> None:
    found = child("labels: [{name: c, rubric: new}, {name: d, rubric: x}]\nremove: [a]\n")
    assert found.rubrics == (Rubric("b", "Is it b?"), Rubric("c", "new"), Rubric("d", "x"))


def test_a_grandchild_builds_on_its_parent() -> None:
    child("labels: [{name: d, rubric: x}]\nremove: [a]\n")
    found = rubrics("extends: v2.yaml\nlabels: [{name: d, rubric: y}]\n", "v3.yaml")
    assert (found.labels, found.rubrics[-1].text) == (("b", "c", "d"), "y")


def test_a_parent_is_found_relative_to_its_child() -> None:
    write(PARENT, "rubrics/old/v1.yaml")
    assert rubrics("extends: old/v1.yaml\n", "rubrics/v2.yaml").labels == ("a", "b", "c")


def test_a_parent_may_have_one_label_when_the_child_adds_another() -> None:
    write("- {name: a, rubric: x}\n", "v1.yaml")
    found = rubrics("extends: v1.yaml\nlabels: [{name: b, rubric: y}]\n", "v2.yaml")
    assert found.labels == ("a", "b")


def test_a_label_that_stands_twice_names_both_places() -> None:
    found = only(f"{PARENT}- {{name: b, rubric: again}}\n")
    assert found.where == "r.yaml:4:4"
    assert "'b'" in found.what
    assert "r.yaml:2:4" in found.help


def test_a_label_that_stands_twice_in_a_child_is_an_error() -> None:
    found = only_of_child("labels:\n  - {name: d, rubric: x}\n  - {name: d, rubric: y}\n")
    assert found.where == "v2.yaml:4:6"


def test_a_key_that_stands_twice_is_an_error() -> None:
    found = only("- {name: a, name: b, rubric: x}\n- {name: c, rubric: y}\n")
    assert (found.where, "'name'" in found.what) == ("r.yaml:1:13", True)


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ('{name: "", rubric: x}', "r.yaml:2:4"),
        ('{name: x, rubric: ""}', "r.yaml:2:13"),
        ('{name: "  ", rubric: x}', "r.yaml:2:4"),
        ('{name: x, rubric: " \\n\\t"}', "r.yaml:2:13"),
        ("{name: , rubric: x}", "r.yaml:2:4"),
        ("{name: x, rubric: null}", "r.yaml:2:13"),
        ("{name: true, rubric: x}", "r.yaml:2:4"),
        ("{name: x, rubric: false}", "r.yaml:2:13"),
        ("{name: 12, rubric: x}", "r.yaml:2:4"),
        ("{name: 2024-01-01, rubric: x}", "r.yaml:2:10"),
        ("{name: x, rubric: [y]}", "r.yaml:2:13"),
        ("{name: x, rubric: {y: z}}", "r.yaml:2:13"),
        ("{name: x}", "r.yaml:2:3"),
        ("{rubric: x}", "r.yaml:2:3"),
        ("just text", "r.yaml:2:3"),
        ("[x, y]", "r.yaml:2:3"),
        ("&q {name: x, rubric: y}", "r.yaml:2:3"),
        ("{name: x, rubric: *q}", "r.yaml:2:21"),
    ],
    ids=lambda value: None if value.startswith("r.yaml") else value,
)
def test_a_wrong_entry_is_located(entry: str, where: str) -> None:
    assert only(f"- {{name: a, rubric: x}}\n- {entry}\n- {{name: b, rubric: y}}\n").where == where


def test_a_boolean_as_name_gets_the_advice_to_quote() -> None:
    found = only("- {name: true, rubric: x}\n- {name: b, rubric: y}\n")
    assert "quotes" in found.help


@pytest.mark.parametrize(
    ("key", "nearest"), [("rubrik", "rubric"), ("nam", "name")], ids=["rubric", "name"]
)
def test_an_unknown_key_of_an_entry_gets_the_nearest_name(key: str, nearest: str) -> None:
    found = only(f"- {{name: a, rubric: x, {key}: y}}\n- {{name: b, rubric: y}}\n")
    assert (found.where, found.help) == ("r.yaml:1:24", f"did you mean {nearest!r}?")


def test_an_unknown_key_of_a_version_gets_the_nearest_name() -> None:
    found = only_of_child("label: [{name: d, rubric: x}]\n")
    assert (found.where, found.help) == ("v2.yaml:2:1", "did you mean 'labels'?")


def test_an_unknown_key_of_an_entry_in_a_version_gets_the_nearest_name() -> None:
    found = only_of_child("labels:\n  - {name: d, rubric: x, rubrics: y}\n")
    assert (found.where, found.help) == ("v2.yaml:3:26", "did you mean 'rubric'?")


def test_every_problem_of_a_file_is_reported_at_once() -> None:
    found = problems("- {name: 1, rubric: x}\n- {name: b}\n- {nam: c, rubric: y}\n")
    assert {problem.where for problem in found} == {
        "r.yaml:1:4",
        "r.yaml:2:3",
        "r.yaml:3:3",
        "r.yaml:3:4",
    }


def test_the_reserved_label_is_refused() -> None:
    found = only(f"{PARENT}- {{name: __none__, rubric: x}}\n")
    assert (found.where, "__none__" in found.what) == ("r.yaml:4:4", True)


def test_a_bar_in_a_label_is_refused() -> None:
    assert only(f"{PARENT}- {{name: x|y, rubric: x}}\n").where == "r.yaml:4:4"


@pytest.mark.parametrize("character", ["\\0", "\\x1b", "\\u0085", "\\ud800"])
def test_a_control_character_in_a_rubric_is_refused(character: str) -> None:
    found = only(f'{PARENT}- {{name: d, rubric: "x{character}y"}}\n')
    assert found.where.startswith("r.yaml:4")


@pytest.mark.parametrize(
    ("text", "count"),
    [("[]\n", "0"), ("- {name: a, rubric: x}\n", "1")],
    ids=["none", "one"],
)
def test_fewer_than_two_labels_are_an_error(text: str, count: str) -> None:
    found = only(text)
    assert found.where == "r.yaml:1:1"
    assert "two or more labels" in found.what
    assert count in found.what


def test_a_child_that_removes_all_but_one_label_is_an_error() -> None:
    assert "two or more labels" in only_of_child("remove: [a, b]\n").what


def test_a_removed_label_that_the_parent_lacks_gets_the_nearest_name() -> None:
    write("- {name: billing, rubric: x}\n- {name: other, rubric: y}\n", "v1.yaml")
    found = only("extends: v1.yaml\nremove:\n  - biling\n", "v2.yaml")
    assert (found.where, found.help) == ("v2.yaml:3:5", "did you mean 'billing'?")


def test_labels_that_are_no_list_are_told_how_one_is_written() -> None:
    found = only('extends: v1.yaml\nlabels:\n  a: "x?"\n', "v2.yaml")
    assert (found.where, found.what[:21]) == ("v2.yaml:2:1", "labels must be a list")
    assert "`- `" in found.help


def test_a_missing_parent_is_located_at_extends() -> None:
    found = only("labels: []\nextends: nope.yaml\n")
    assert (found.where, "nope.yaml" in found.what) == ("r.yaml:2:1", True)


def test_a_file_that_extends_itself_is_an_error() -> None:
    assert only("extends: r.yaml\n").where == "r.yaml:1:1"


def test_a_circle_of_parents_is_an_error() -> None:
    write("extends: r.yaml\n", "other.yaml")
    assert "extends itself" in only("extends: other.yaml\n").what


def test_a_mistake_in_the_parent_is_located_in_the_parent() -> None:
    write("- {name: a, rubric: 1}\n- {name: b, rubric: x}\n", "v1.yaml")
    assert only("extends: v1.yaml\n", "v2.yaml").where == "v1.yaml:1:13"


def test_two_parents_are_an_error() -> None:
    write(PARENT, "v1.yaml")
    assert only("extends: [v1.yaml, v1.yaml]\n", "v2.yaml").where == "v2.yaml:1:1"


@pytest.mark.parametrize("text", ["", "word\n", "3\n"], ids=["empty", "word", "number"])
def test_a_file_of_another_shape_is_an_error_at_its_beginning(text: str) -> None:
    assert only(text).where == "r.yaml:1:1"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("- {name: a}\n", True),
        ("extends: v1.yaml\n", True),
        ("version: 1\n", False),
        ("labels: []\n", False),
        ("", False),
    ],
    ids=["list", "extends", "config", "labels", "empty"],
)
def test_a_rubric_document_is_a_list_or_extends_another(text: str, is_one: bool) -> None:
    assert is_rubric_document(read_document(write(text))) is is_one


def test_six_labels_are_no_warning() -> None:
    assert codes(rubrics("".join(f"- {{name: l{i}, rubric: r{i}}}\n" for i in range(6)))) == []


def test_more_than_six_labels_are_a_warning() -> None:
    found = rubrics("".join(f"- {{name: l{i}, rubric: r{i}}}\n" for i in range(7)))
    (finding,) = rubric_findings(found)
    assert (finding.code, finding.severity, "7 labels" in finding.title) == (
        "TB121",
        "warning",
        True,
    )


@pytest.mark.parametrize(
    "second", ["Is it a?", "is it A?", " Is  it\na? "], ids=["same", "case", "blanks"]
)
def test_the_same_rubric_text_twice_is_a_warning(second: str) -> None:
    found = RubricSet("r", (Rubric("a", "Is it a?"), Rubric("b", second), Rubric("c", "x")))
    (finding,) = rubric_findings(found)
    assert (finding.code, finding.evidence) == ("TB122", "a, b")


@pytest.mark.parametrize(
    ("one", "other"),
    [("billing", "Billing"), ("caf\u00e9", "cafe\u0301"), ("a", " a"), ("\ufb01", "fi")],
    ids=["case", "accents", "blank", "ligature"],
)
def test_labels_that_look_alike_are_a_warning(one: str, other: str) -> None:
    found = RubricSet("r", (Rubric(one, "x"), Rubric(other, "y")))
    (finding,) = rubric_findings(found)
    assert (finding.code, finding.evidence) == ("TB123", f"{one}, {other}")


def test_every_label_has_the_place_of_its_name() -> None:
    path = write('- {name: a, rubric: "Is it a?"}\n- rubric: "Is it b?"\n  name: b\n')
    assert rubric_places(path) == {"a": "r.yaml:1:4", "b": "r.yaml:3:3"}


def test_a_label_that_a_version_does_not_change_stands_in_its_parent() -> None:
    write(PARENT, "v1.yaml")
    text = 'extends: v1.yaml\nlabels:\n  - {name: b, rubric: "B?"}\n  - {name: d, rubric: "D?"}\n'
    path = write(text, "v2.yaml")
    assert rubric_places(path) == {
        "a": "v1.yaml:1:4",
        "b": "v2.yaml:3:6",
        "c": "v1.yaml:3:4",
        "d": "v2.yaml:4:6",
    }


def test_a_label_that_a_version_removes_has_no_place() -> None:
    write(PARENT, "v1.yaml")
    write("extends: v1.yaml\nremove: [b]\n", "v2.yaml")
    path = write("extends: v2.yaml\nremove: [a]\nlabels: [{name: e, rubric: E}]\n", "v3.yaml")
    assert rubric_places(path) == {"c": "v1.yaml:3:4", "e": "v3.yaml:3:11"}


def test_places_of_a_rubric_file_in_json_are_found_too() -> None:
    path = write('[{"name": "a", "rubric": "A"},\n {"name": "b", "rubric": "B"}]', "r.json")
    assert rubric_places(path) == {"a": "r.json:1:3", "b": "r.json:2:3"}


@pytest.mark.parametrize("change", ["", "labels: [{name: b, rubric: B}]\n", "remove: [c]\n"])
def test_every_label_of_a_set_has_a_place_and_no_other(change: str) -> None:
    write(PARENT, "v1.yaml")
    path = write(f"extends: v1.yaml\n{change}", "v2.yaml")
    assert set(rubric_places(path)) == set(read_rubrics(path).labels)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("r.yaml", '- name: a\n  rubric: "one\n    two"\n- name: b\n  rubric: |\n    x\n    y\n'),
        ("r.json", '[\n{"name": "a", "rubric": "x\\ny"},\n{"name": "b", "rubric": "z"}\n]\n'),
    ],
)
def test_line_ends_of_the_file_are_no_part_of_a_rubric(name: str, text: str, end: str) -> None:
    plain = rubrics(text, name)
    Path(name).write_bytes(text.replace("\n", end).encode())
    assert read_rubrics(Path(name)).fingerprint == plain.fingerprint

"""Rubrics in a Python file: read as they stand, never executed; what is wrong has its place."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.classify import question
from ticketbench.core.errors import InputError, Problem
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.edge.inputs.python_literal import file_of, is_python, name_in
from ticketbench.edge.inputs.rubric_files import read_rubrics, rubric_places

A, B = "Is it a?", "Is it b?"
LIST = f"""[{{"name": "a", "rubric": "{A}"}}, {{"name": "b", "rubric": "{B}"}}]"""
TEXTS = st.text(string.printable + "äß漢🙂'\"\\", min_size=1).filter(
    lambda text: text.strip() and not set(text) & set("|\r\x0b\x0c")
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rubrics(text: str | bytes, source: str = "app.py::LABELS") -> RubricSet:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    Path("app.py").write_bytes(raw)
    return read_rubrics(Path(source))


def only(text: str | bytes, source: str = "app.py::LABELS") -> Problem:
    with pytest.raises(InputError) as caught:
        rubrics(text, source)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    "assigned",
    [
        f"LABELS = {LIST}",
        f"LABELS: list[dict[str, str]] = {LIST}",
        f"LABELS: Final\nLABELS = {LIST}",
        f'LABELS = {{"a": "{A}", "b": "{B}"}}',
        f'LABELS = [("a", "{A}"), ["b", "{B}"]]',
        f'LABELS = (("a", "{A}"), ("b", "{B}"))',
        f'OTHER = LABELS = (("a", "Is " "it "\n  "a?"), ("b", "{B}"),)  # ours',
        f"import sys\nsys.exit(1)\nLABELS = {LIST}",
        f"LABELS = {LIST}\ndef f(LABELS):\n    LABELS = []\nNAMES = [l for l in LABELS]",
    ],
)
def test_a_list_a_dict_and_pairs_are_the_same_rubrics(assigned: str) -> None:
    found = rubrics(assigned)
    assert found.rubrics == (Rubric("a", A), Rubric("b", B))
    assert found.name == "LABELS"


def test_nothing_in_the_file_is_executed() -> None:
    rubrics(f"open('executed', 'w')\nLABELS = {LIST}\n")
    assert not Path("executed").exists()


@settings(max_examples=40)
@given(st.dictionaries(TEXTS, TEXTS, min_size=2, max_size=6))
def test_yaml_and_python_have_the_same_fingerprint_and_ask_the_same(texts: dict[str, str]) -> None:
    import json

    entries = [{"name": name, "rubric": rubric} for name, rubric in texts.items()]
    Path("r.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    of_yaml = read_rubrics(Path("r.json"))
    for literal in (entries, texts, list(texts.items())):
        of_python = rubrics(f"LABELS = {literal!r}\n")
        assert of_python.fingerprint == of_yaml.fingerprint
        bodies = {
            question("t", [(r.label, r.text) for r in one.rubrics]) for one in (of_python, of_yaml)
        }
        assert len(bodies) == 1


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("LABELS = make()\n", "app.py:1:10", "not a plain value"),
        ('LABELS = {"a": "A?", "b": X}\n', "app.py:1:27", "not a plain value"),
        ('LABELS = [\n  ("ä", "ä" + X),\n]\n', "app.py:2:9", "not a plain value"),
        ('LABELS = [("a", f"A?"), ("b", "B?")]\n', "app.py:1:17", "not a plain value"),
        ('LABELS = {**OTHER, "b": "B?"}\n', "app.py:1:13", "`**`"),
        ("LABELS = 'a, b'\n", "app.py:1:10", "neither a list nor a dict"),
        ("LABEL = []\n", "app.py:1:1", "assigns nothing to 'LABELS'"),
        ("\nif True:\n    LABELS = []\n", "app.py:3:5", "at the top level"),
        ("from labels import LABELS\n", "app.py:1:20", "at the top level"),
        (f"LABELS = {LIST}\nLABELS = []\n", "app.py:2:1", "a second time"),
        (f"LABELS = {LIST}\nLABELS += MORE\n", "app.py:2:1", "a second time"),
        (f"LABELS = {LIST}\nLABELS.append(MORE)\n", "app.py:2:1", "a second time"),
        (f"LABELS = {LIST}\nLABELS[0] = MORE\n", "app.py:2:1", "a second time"),
        (f"LABELS = {LIST}\nif X:\n    del LABELS\n", "app.py:3:9", "a second time"),
        (f"LABELS = {LIST}\ndef f():\n    global LABELS\n", "app.py:3:5", "a second time"),
        ('LABELS = [("a", "A?"), ("b", "B?")\n', "app.py:1:10", "not Python"),
        ('LABELS = {"a": "A?", "a": "B?"}\n', "app.py:1:22", "'a' stands twice"),
        ('LABELS = [{"name": "a", "name": "b"}]\n', "app.py:1:33", "'name' stands twice"),
        ('LABELS = [("a", "A?"), "b"]\n', "app.py:1:24", "entry 2"),
        ('LABELS = [("a", "A?"), ("b", 3)]\n', "app.py:1:30", "must be text"),
        ('LABELS = [{"name": "a", "rubic": "A?", "rubric": "A?"}, ("b", "B?")]\n', "app.py:1:34",
         "unknown key"),
        ('LABELS = [("a", "A?"), ("b", "\\ud800")]\n', "app.py:1:30", "half a surrogate pair"),
        ('LABELS = [("a", "A?")]\n', "app.py:1:10", "two or more labels"),
        (b'LABELS = [\n("a", "\xff")]\n', "app.py:2", "not UTF-8"),
        ('# coding: latin-1\nLABELS = [("ä", "A?"), ("b", "B?")]\n', "app.py:1:1", "encoding"),
        (f"LABELS = {LIST}\nX = {'not ' * 100_000}1\n", "app.py:1:1", "nested too deeply"),
        (f"LABELS = {LIST}\nX = a{'.a' * 20_000}\n", "app.py:1:1", "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(text: str | bytes, where: str, what: str) -> None:
    found = only(text)
    assert found.where == where
    assert what in found.what


def test_a_file_over_a_megabyte_is_refused() -> None:
    assert "larger than 1 MB" in only(f"LABELS = {LIST}\n" + "#" * 1_000_000).what


def test_a_file_without_a_name_in_it_says_how_one_is_written() -> None:
    found = only("LABELS = []", "app.py")
    assert found.help == "write app.py::LABELS"
    assert "LABELS" in only("LABELS = []", "app.py::LABLES").help


def test_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "elsewhere.py").write_text(f"LABELS = {LIST}")
    link = tmp_path / "project" / "app.py"
    link.symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(InputError, match="a link out of the project"):
        read_rubrics(Path(f"{link}::LABELS"))


def test_a_version_does_not_extend_what_stands_in_python() -> None:
    Path("v2.yaml").write_text("extends: app.py::LABELS\nremove: [a]\n", encoding="utf-8")
    with pytest.raises(InputError, match="no version extends what stands in Python") as caught:
        read_rubrics(Path("v2.yaml"))
    assert caught.value.problems[0].where == "v2.yaml:1:1"


def test_the_place_of_a_label_is_its_line_in_the_python_file() -> None:
    rubrics(
        f'import os\n\nLABELS = [\n    ("ä", "{A}"),\n    {{"rubric": "{B}", "name": "b"}},\n]\n'
    )
    places = rubric_places(Path("app.py::LABELS"))
    assert places == {"ä": "app.py:4:6", "b": "app.py:5:36"}


@pytest.mark.parametrize(
    ("source", "file", "name"),
    [
        ("../app.py::LABELS", "../app.py", "LABELS"),
        ("app.py", "app.py", ""),
        ("rubrics/v1.yaml", "rubrics/v1.yaml", ""),
        ("a::b.yaml", "a::b.yaml", ""),
        ("app.py::x/v1.yaml", "app.py::x/v1.yaml", ""),
    ],
)
def test_a_source_is_a_file_or_a_name_in_a_python_file(source: str, file: str, name: str) -> None:
    assert file_of(Path(source)) == Path(file)
    assert name_in(Path(source)) == name
    assert is_python(Path(source)) == file.endswith(".py")

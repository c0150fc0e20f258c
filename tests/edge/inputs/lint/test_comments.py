"""Comments that say what to ignore, wherever people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.inputs.lint.comments import ignore_comments

V1 = """\
# ticketbench: ignore TB130
- name: a    # ticketbench: ignore TB125, TB126
  rubric: "Is it # ticketbench: ignore TB124"
- name: b
  rubric: >    # ticketbench: ignore TB128 since it is one
    Is it
    # ticketbench: ignore TB133
    or that?
- {name: c, rubric: "Is it c?"}   # ticketbench: ignore TB127
"""


def read(folder: Path, text: str, name: str = "v1.yaml") -> list[tuple[str, tuple[str, ...], str]]:
    (folder / name.partition("::")[0]).write_text(text, encoding="utf-8")
    found = ignore_comments(folder / name)
    return [(one.code, one.labels, one.where.removeprefix(f"{folder}/")) for one in found]


def test_behind_a_label_it_is_about_this_one_and_alone_about_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, V1) == [
        ("TB130", (), "v1.yaml:1:1"),
        ("TB125", ("a",), "v1.yaml:2:14"),
        ("TB126", ("a",), "v1.yaml:2:14"),
        ("TB128", ("b",), "v1.yaml:5:16"),
        ("TB127", ("c",), "v1.yaml:9:35"),
    ]


def test_in_a_version_it_is_about_the_label_that_is_replaced_there(tmp_path: Path) -> None:
    read(tmp_path, V1)
    text = (
        "extends: v1.yaml  # ticketbench: ignore TB131\nlabels:\n"
        '  - name: b\n    rubric: "Is it b?"  # ticketbench: ignore TB125\n'
        "remove: [c]  # ticketbench: ignore TB130\n"
    )
    assert read(tmp_path, text, "v2.yaml") == [
        ("TB131", (), "v2.yaml:1:19"), ("TB125", ("b",), "v2.yaml:4:25"),
        ("TB130", (), "v2.yaml:5:14"),
    ]  # fmt: skip


def test_in_python_only_the_comments_of_the_list_are_read(tmp_path: Path) -> None:
    text = (
        "# ticketbench: ignore TB124\n"
        "LABELS = {  # the labels\n"
        '    # ticketbench: ignore TB130\n    "a": "Is it # ticketbench: ignore TB124?",\n'
        '    "b": (\n        "Is it "\n        "b?"  # ticketbench: ignore TB125\n    ),\n}\n'
        "OTHER = 1  # ticketbench: ignore TB126\n"
    )
    assert read(tmp_path, text, "app.py::LABELS") == [
        ("TB130", (), "app.py:3:5"), ("TB125", ("b",), "app.py:7:15"),
    ]  # fmt: skip


def test_json_and_other_comments_hold_none(tmp_path: Path) -> None:
    text = '[{"name": "a", "rubric": "# ticketbench: ignore TB124"}, {"name": "b", "rubric": "?"}]'
    assert read(tmp_path, text, "v1.json") == []
    assert read(tmp_path, "- {name: a, rubric: a?}  # ignore TB124\n- {name: b, rubric: b}") == []


@pytest.mark.parametrize("said", ["", " everything", " TB12", " 129"])
def test_one_without_a_code_is_an_error_where_it_stands(tmp_path: Path, said: str) -> None:
    text = f"- {{name: a, rubric: a?}}  # ticketbench: ignore{said}\n- {{name: b, rubric: b?}}\n"
    with pytest.raises(InputError, match="names no code") as raised:
        read(tmp_path, text)
    assert raised.value.problems[0].where == f"{tmp_path}/v1.yaml:1:26"

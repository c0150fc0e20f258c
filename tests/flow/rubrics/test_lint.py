"""Lint of files, lists in Python and configs, with what is ignored in them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from small_project import write_project
from ticketbench.core.errors import InputError
from ticketbench.flow.rubrics.lint import LintedSet, PlacedFinding, lint, lint_file

V1 = """\
- name: billing
  rubric: "Is this about payments or an account?"
- name: account
  rubric: "Is this about the account or a login?"
- name: other
  rubric: "a problem"
- {name: technical, rubric: "Does a page crash?"}
"""
SAID = [
    ("v1.yaml:5:3", "TB124"), ("v1.yaml:5:3", "TB125"), ("v1.yaml:1:3", "TB126"),
    ("v1.yaml:1:3", "TB127"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def said(found: tuple[PlacedFinding, ...]) -> list[tuple[str, str]]:
    return [(one.where, one.finding.code) for one in found]


def written(text: str, name: str = "v1.yaml") -> LintedSet:
    Path(name.partition("::")[0]).write_text(text, encoding="utf-8")
    return lint_file(Path(name))


def test_each_finding_stands_at_its_label() -> None:
    found = written(V1)
    assert said(found.findings) == SAID
    assert (found.name, found.n_labels, found.n_ignored) == ("v1", 4, 0)
    assert found.findings[2].labels == ("billing", "account")


def test_a_list_in_python_and_json_say_the_same_at_their_own_places() -> None:
    entries = [
        {"name": "billing", "rubric": "Is this about payments or an account?"},
        {"name": "account", "rubric": "Is this about the account or a login?"},
        {"name": "other", "rubric": "a problem"},
        {"name": "technical", "rubric": "Does a page crash?"},
    ]
    lines = ",\n".join(map(json.dumps, entries))
    codes = [code for _, code in SAID]
    in_json = written(f"[\n{lines}]", "v1.json").findings
    in_python = written(f"LABELS = [\n{lines}]", "app.py::LABELS").findings
    assert [code for _, code in said(in_json)] == codes
    assert [code for _, code in said(in_python)] == codes
    assert {one.where for one in in_json[:2]} == {"v1.json:4:2"}
    assert in_python[0].where.startswith("app.py:4:")


def test_a_label_that_a_version_does_not_change_stands_in_its_parent() -> None:
    written(V1)
    child = 'extends: v1.yaml\nlabels: [{name: billing, rubric: "Is it a fee or a refund?"}]\n'
    assert said(written(child, "v2.yaml").findings) == SAID[:2]


def test_a_comment_hides_the_code_of_its_label_and_one_alone_that_of_the_file() -> None:
    text = V1.replace('"a problem"', '"a problem"  # ticketbench: ignore TB124, TB125')
    found = written(text)
    assert (said(found.findings), found.n_ignored) == (SAID[2:], 2)
    found = written(f"# ticketbench: ignore TB126\n{V1}")
    assert [code for _, code in said(found.findings)] == ["TB124", "TB125", "TB127"]


def test_a_comment_that_hides_nothing_is_told_at_its_place() -> None:
    found = written(V1.replace('login?"', 'login?"  # ticketbench: ignore TB130'))
    assert said(found.findings) == [*SAID, ("v1.yaml:4:52", "TB134")]


def test_what_every_run_says_can_be_hidden_here_too() -> None:
    many = "".join(f'- {{name: l{i}, rubric: "Is it fee{i} or tax{i}?"}}\n' for i in range(7))
    assert [code for _, code in said(written(many).findings)] == ["TB121", "TB130"]
    found = written(f"# ticketbench: ignore TB121\n{many}")
    assert [code for _, code in said(found.findings)] == ["TB130"]


def project(ignore: str) -> None:
    write_project(Path())
    Path("v1.yaml").write_text(V1, encoding="utf-8")
    Path("v2.yaml").write_text(V1.replace('"a problem"', '"Is it anything else?"'), "utf-8")
    config = Path("eval.yaml").read_text(encoding="utf-8")
    Path("eval.yaml").write_text(f"{config}lint: {{ignore: [{ignore}]}}\n", encoding="utf-8")


def test_of_a_config_all_sets_are_read_and_its_codes_hidden_in_each() -> None:
    project("TB126, TB125")
    found = lint([Path("eval.yaml")])
    assert [one.name for one in found.sets] == ["v1", "v2"]
    assert [said(one.findings) for one in found.sets] == [
        [SAID[0], SAID[3]], [("v2.yaml:1:3", "TB127")],
    ]  # fmt: skip
    assert [one.n_ignored for one in found.sets] == [2, 1]
    assert (found.unused, found.n_warnings) == ((), 3)


def test_a_code_that_a_config_hides_in_vain_is_told_there() -> None:
    project("TB126, TB131, TB999")
    found = lint([Path("eval.yaml")])
    lines = Path("eval.yaml").read_text(encoding="utf-8").splitlines()
    assert [one.where.rpartition(":")[0] for one in found.unused] == [f"eval.yaml:{len(lines)}"] * 2
    assert [one.finding.title[:5] for one in found.unused] == ["TB131", "TB999"]
    assert found.unused[1].finding.evidence == "lint has no such code"
    assert found.n_warnings == 6


def test_what_cannot_be_read_is_told_of_all_files_at_once() -> None:
    written(V1)
    Path("bad.yaml").write_text("- {name: a, rubric: b}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        lint([Path("v1.yaml"), Path("bad.yaml"), Path("tickets.csv"), Path("none.yaml")])
    told = [problem.where for problem in raised.value.problems]
    assert len(told) == 3
    assert told[:2] == ["bad.yaml:1:1", "tickets.csv"]


def test_a_set_that_is_missing_is_told_by_its_place_or_its_name() -> None:
    project("TB126")
    Path("v2.yaml").unlink()
    with pytest.raises(InputError) as raised:
        lint([Path("eval.yaml")])
    assert "v2.yaml" in f"{raised.value.problems[0].where} {raised.value.problems[0].what}"

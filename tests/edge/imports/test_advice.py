"""An export that comes in place of something else is told; what only looks like one is read."""

from __future__ import annotations

import gzip
import json
import shlex
from pathlib import Path

import pytest

from forked import ticketbench
from small_project import CONFIG, V1, write_project
from ticketbench.core.errors import InputError
from ticketbench.edge.imports.advice import an_export, refuse_export, unless_export
from ticketbench.edge.imports.looks import known_presets, looks_like
from ticketbench.edge.inputs.config_file import ConfigFile

ZENDESK = Path(__file__).resolve().parents[2] / "exports" / "zendesk.ndjson"
TASKS = [
    {"id": 1, "data": {"text": "the app crashes"}, "predictions": [], "annotations": []},
    {"id": 2, "data": {"text": "a refund please"}, "predictions": [], "annotations": []},
]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tasks.json").write_text(json.dumps(TASKS), encoding="utf-8")
    Path("tickets.ndjson").write_bytes(ZENDESK.read_bytes())


@pytest.mark.parametrize("command", ["validate", "score", "run", "gate", "doctor"])
def test_every_command_that_reads_files_says_what_an_export_is_and_how_to_import_it(
    command: str,
) -> None:
    done = ticketbench(command, "tasks.json")
    said = " ".join((done.stdout + done.stderr).split())
    advice = "ticketbench data import tasks.json --preset label-studio"
    assert (done.returncode, f"this looks like a Label Studio export: {advice}" in said) == (
        2,
        True,
    )


@pytest.mark.parametrize("command", ["validate", "score"])
def test_lines_of_a_help_desk_are_told_too(command: str) -> None:
    done = ticketbench(command, "tickets.ndjson")
    assert done.returncode == 2
    assert "this looks like a Zendesk export" in done.stderr


def test_a_config_whose_dataset_is_an_export_says_so() -> None:
    write_project(Path.cwd())
    text = CONFIG.replace("path: tickets.csv", "path: tickets.ndjson")
    Path("eval.yaml").write_text(text, encoding="utf-8")
    done = ticketbench("run", "eval.yaml")
    assert done.returncode == 2
    assert "ticketbench data import tickets.ndjson --preset zendesk" in done.stderr


def test_an_answer_of_an_annotation_tool_is_never_read_as_a_label_without_an_id() -> None:
    row = {"text": "the app crashes", "label": "billing", "_input_hash": 1, "answer": "reject"}
    Path("t.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    done = ticketbench("validate", "t.jsonl")
    assert done.returncode == 2
    assert "this looks like a Prodigy export" in done.stderr


def test_a_dataset_that_has_such_columns_beside_its_own_is_simply_read() -> None:
    rows = ["id,text,label,annotator,lead_time", "1,some words,a,ann,3", "2,other words,b,ann,4"]
    Path("t.csv").write_text("\n".join((*rows, "")), encoding="utf-8")
    refuse_export(Path("t.csv"), unless=("id", "text", "label"))
    assert ticketbench("validate", "t.csv").returncode == 0
    with pytest.raises(InputError, match="looks like a Label Studio export"):
        refuse_export(Path("t.csv"), unless=("id", "body", "label"))


def test_a_column_that_stands_twice_is_asked_for_by_its_number() -> None:
    Path("t.csv").write_text("Issue key,Summary,Labels,Labels\nA-1,some words,a,b\n")
    refuse_export(Path("t.csv"), unless=("Issue key", "Summary", "Labels#2"))


def test_no_key_of_a_config_or_a_rubric_set_tells_an_export() -> None:
    ours = {*ConfigFile.model_fields, "extends", "labels", "name", "rubric"}
    tells = {key for preset in known_presets() for key in preset.tells}
    assert len(ours & tells) <= 1, "two of them would make an export of a config"


def test_rubrics_and_configs_in_json_are_taken_for_what_they_are() -> None:
    write_project(Path.cwd())
    rubrics = [{"name": "a", "rubric": "Is it a?"}, {"name": "b", "rubric": "Is it b?"}]
    Path("v1.json").write_text(json.dumps(rubrics), encoding="utf-8")
    config = {"version": 1, "endpoint": {"url": "local://lexical/v1/classify"},
              "dataset": {"path": "tickets.csv"}, "rubric_sets": {"v1": "v1.yaml"}}  # fmt: skip
    Path("eval.json").write_text(json.dumps(config), encoding="utf-8")
    done = ticketbench("validate", "v1.json", "eval.json", "--json")
    assert done.returncode == 0, done.stderr
    assert [one["kind"] for one in json.loads(done.stdout)["data"]] == ["rubric set", "config"]
    assert V1.startswith("- {name: billing")


def test_an_error_of_something_else_stays_what_it_is() -> None:
    Path("plain.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="mine"), unless_export(Path("plain.csv")):
        raise InputError("mine")
    with unless_export(Path("tasks.json")):
        pass


@pytest.mark.parametrize(
    ("tool", "text"), [("Argilla", "an Argilla export"), ("Jira", "a Jira export")]
)
def test_a_tool_has_its_article(tool: str, text: str) -> None:
    assert an_export(tool) == text


@pytest.mark.parametrize("words", [("compare", "tickets.ndjson"), ("init", "--from")])
def test_a_command_that_reads_nothing_of_an_export_names_the_tool(words: tuple[str, str]) -> None:
    done = ticketbench(*words, "tickets.ndjson")
    assert done.returncode == 2
    assert "this looks like a Zendesk export" in done.stderr


def test_the_command_that_is_advised_writes_the_dataset_as_it_stands() -> None:
    Path("tasks.json").write_bytes((ZENDESK.parent / "label-studio.json").read_bytes())
    said = " ".join(ticketbench("validate", "tasks.json").stderr.split())
    command = said.partition("export: ")[2].partition(" -->")[0]
    assert command == "ticketbench data import tasks.json --preset label-studio -o OUT.csv"
    assert ticketbench(*shlex.split(command)[1:]).returncode == 0
    assert Path("OUT.csv").is_file()


def test_a_packed_export_and_one_below_a_sep_line_are_told_as_well(tmp_path: Path) -> None:
    packed, table = tmp_path / "t.ndjson.gz", tmp_path / "t.csv"
    packed.write_bytes(gzip.compress(ZENDESK.read_bytes()))
    table.write_text("sep=;\nIssue key;Summary;Issue id\nA-1;some words;1\n", encoding="utf-8")
    for path, tool in ((packed, "zendesk"), (table, "jira")):
        found = looks_like(path)
        assert found is not None
        assert found.name == tool
    packed.write_bytes(b"\x1f\x8b no such thing")
    assert looks_like(packed) is None


def test_a_column_that_a_config_names_wrong_is_named_beside_the_export() -> None:
    Path("t.csv").write_text("Issue key,Issue id,Summary\nA-1,1,some words\n", encoding="utf-8")
    asked = ("Issue key", "Sumary")
    with pytest.raises(InputError, match="no column 'Sumary', and this looks like a Jira export"):
        refuse_export(Path("t.csv"), unless=asked, named=asked)
    with pytest.raises(InputError, match=r"^this looks like a Jira export"):
        refuse_export(Path("t.csv"), unless=asked)


def test_who_named_most_columns_rightly_is_told_the_one_that_is_wrong() -> None:
    Path("t.csv").write_text("Issue key,Issue id,Summary,Team\nA-1,1,x y,b\n", encoding="utf-8")
    done = ticketbench("validate", "t.csv", "--columns", "id=Issue key,text=Summary,label=Taem")
    assert done.returncode == 2
    assert "there is no column 'Taem' for the label" in done.stderr
    assert "or here --columns label=COLUMN" in " ".join(done.stderr.split())
    with pytest.raises(InputError, match="looks like a Jira export"):
        refuse_export(Path("t.csv"), unless=("Issue key", "a", "b"), named=("Issue key", "a", "b"))

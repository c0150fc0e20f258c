"""The keys of a dataset: what they take, and every mistake at its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticketbench.core.errors import InputError, Problem
from ticketbench.edge.inputs.config import Config, read_config
from ticketbench.edge.inputs.tickets.keys import Reading, keys_of

CONFIG = """\
version: 1
endpoint: {{url: "local://lexical/v1/classify"}}
dataset:
  path: t.csv
  {key}
rubric_sets: {{v1: v1.yaml}}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def config(key: str, *overrides: str, **environment: str) -> Config:
    Path("c.yaml").write_text(CONFIG.format(key=key), encoding="utf-8")
    return read_config(Path("c.yaml"), overrides=overrides, environment=environment)


def only(key: str, *overrides: str) -> Problem:
    with pytest.raises(InputError) as caught:
        config(key, *overrides)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize(
    ("key", "what", "help_"),
    [
        ("delimiter: ';;'", "delimiter is not right: ';;' is no delimiter", ""),
        ("delimiter: a", "'a' is no delimiter", ""),
        ("delimiter: 5", "dataset.delimiter must be text, found 5", "put quotes around it"),
        ("encoding: cp125", "unknown encoding 'cp125'", ""),
        ("encoding: base64", "'base64' is no encoding of text files", ""),
        ("encoding: [utf-8]", "dataset.encoding must be text", ""),
        ("join: 1", "dataset.join must be text, found 1", "put quotes around it"),
        ("line_ends: crlf", "dataset.line_ends must be 'lf' or 'keep', found 'crlf'", ""),
        ("all_labels_separator: '/'", "all_labels_separator must be '|', ',', ';' or 'json'", ""),
        ("labels: {a: 0}", "dataset.labels.a must be text, found 0", "put quotes around it"),
        ("labels: {a: ''}", "dataset.labels.a must not be empty", ""),
        ("labels: [a]", "dataset.labels must be a section of key: value", ""),
        (
            "labels: {a: b, 'a ': c}",
            "dataset.labels is not right: 'a' stands twice, but for outer blanks",
            "",
        ),
        ("where: {split: 1}", "dataset.where.split must be text, found 1", "put quotes around it"),
        ("where: {split: [a, 1]}", "dataset.where.split must be text", ""),
        ("where: {split: []}", "dataset.where.split must not be empty", ""),
        ("columns: {text: []}", "write the name of a column, or a list of names", ""),
        ("columns: {text: [a, 1]}", "write the name of a column, or a list of names", ""),
        ("columns: {text: [a, a]}", "the column 'a' has two roles", ""),
        ("columns: {text: [a, b], label: b}", "the column 'b' has two roles", ""),
        ("delimeter: ','", "unknown key 'dataset.delimeter'", "did you mean 'delimiter'?"),
    ],
)
def test_a_wrong_value_is_told_at_its_line(key: str, what: str, help_: str) -> None:
    found = only(key)
    assert found.where.startswith("c.yaml:5:")
    assert what in found.what
    assert help_ in found.help


@pytest.mark.parametrize(("word", "sign"), [("tab", "\t"), ("';'", ";"), ("'|'", "|")])
def test_a_sign_is_one_character_or_the_word_tab(word: str, sign: str) -> None:
    dialect = config(f"delimiter: {word}").reading.dialect
    assert (dialect.delimiter, dialect.encoding) == (sign, None)


def test_keys_are_overridden_by_variables_and_these_by_flags() -> None:
    found = config(
        "delimiter: ';'", "dataset.where={split: test}", "dataset.join=' '",
        TICKETBENCH_DATASET__DELIMITER="tab", TICKETBENCH_DATASET__LABELS="{Billing: billing}",
        TICKETBENCH_DATASET__JOIN="'-'",
    ).file.dataset  # fmt: skip
    assert (found.delimiter, found.join, found.labels, found.where) == (
        "tab", " ", {"Billing": "billing"}, {"split": "test"},
    )  # fmt: skip


def test_a_wrong_value_of_a_flag_is_told_as_of_that_flag() -> None:
    found = only("join: ' '", "dataset.where.split=1")
    assert (found.where, found.what) == (
        "--set dataset.where.split",
        "dataset.where.split must be text, found 1",
    )


def test_a_map_with_the_one_key_from_is_a_file_beside_the_config() -> None:
    assert config("labels: {from: maps/labels.csv}").labels_path == Path("maps/labels.csv")
    assert Path("maps/labels.csv") in config("labels: {from: maps/labels.csv}").input_paths
    assert config("labels: {from: a, to: b}").labels_path is None


def test_a_text_of_one_column_in_a_list_is_a_joined_one() -> None:
    columns = config("columns: {text: [Body]}").reading.keys.columns
    assert (columns.texts, columns.joins) == (("Body",), True)
    columns = config("columns: {text: Body}").reading.keys.columns
    assert (columns.texts, columns.joins) == (("Body",), False)


def test_options_stand_for_the_same_keys() -> None:
    keys = keys_of({"text": ("A", "B"), "label": ("C",)}, delimiter="tab", encoding="cp1252")
    assert (keys.columns.text, keys.columns.label) == (["A", "B"], "C")
    assert Reading(keys).dialect.delimiter == "\t"
    with pytest.raises(InputError, match="the column 'C' has two roles"):
        keys_of({"id": ("C",), "label": ("C",)}, delimiter=None, encoding=None)

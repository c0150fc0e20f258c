"""What the labels of a file are called here: trimmed, counted, and nothing guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.core.errors import InputError
from ticketbench.core.intake import MappedLabel
from ticketbench.edge.inputs.config import read_config
from ticketbench.edge.inputs.dataset import LoadedDataset, Reading, load_dataset
from ticketbench.edge.inputs.dataset_findings import dataset_findings
from ticketbench.edge.inputs.tickets.keys import DatasetKeys
from ticketbench.flow.steps.inputs import inputs_of

TABLE = """\
id,text,label,all_labels
1,a,Billing, Billing |spam
2,b, billing team ,
3,c,spam,
4,d,,
5,e,technical,
"""
MAP = {"Billing": "billing", "billing team": "billing", "spam": "__none__", "": "__none__"}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(TABLE, encoding="utf-8")


def load(labels: dict[str, str], **keys: Any) -> LoadedDataset:
    return load_dataset(Path("t.csv"), Reading(DatasetKeys(labels=labels, **keys)))


def labels(found: LoadedDataset) -> list[str]:
    return [ticket.label for ticket in found.dataset.tickets]


def test_old_names_are_compared_without_outer_blanks_and_with_nothing_else_changed() -> None:
    found = load({**MAP, "Technical": "bug"})
    assert labels(found) == ["billing", "billing", "__none__", "__none__", "technical"]
    assert found.dataset.tickets[0].all_labels == ("billing", "__none__")


def test_entries_are_counted_and_one_that_matches_no_row_is_a_warning() -> None:
    found = load({**MAP, "Technical": "bug"})
    assert found.intake.labels[0] == MappedLabel("Billing", "billing", 2)
    assert found.intake.labels[-1] == MappedLabel("Technical", "bug", 0, "technical")
    (warning,) = [one for one in dataset_findings(found) if one.code == "TB111"]
    assert warning.title == "1 of 5 entries of the map of labels match no row"
    assert warning.evidence == "'Technical': did you mean 'technical'?"
    assert "labels mapped: 'Billing' → billing (2), " in found.intake.texts[0]


CONFIG = """\
version: 1
endpoint: {url: "local://lexical/v1/classify"}
dataset:
  path: t.csv
  labels: LABELS
rubric_sets: {v1: v1.yaml}
"""


def problem(labels: str) -> tuple[str, str, str]:
    Path("v1.yaml").write_text('- {name: billing, rubric: "Is it about money?"}\n'
                               '- {name: technical, rubric: "Is it about a bug?"}\n')  # fmt: skip
    Path("c.yaml").write_text(CONFIG.replace("LABELS", labels), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        inputs_of(read_config(Path("c.yaml")))
    (found,) = caught.value.problems
    return found.where, found.what, found.help


def test_a_new_name_that_no_rubric_set_has_is_an_error_at_its_place() -> None:
    where, what, help_ = problem("{spam: __none__, Billing: biling}")
    assert where == "c.yaml:5:28"
    assert what == "no rubric set has the label 'biling', which 'Billing' is mapped to"
    assert "did you mean 'billing'?" in help_


def test_a_long_map_stands_in_a_file_of_two_columns() -> None:
    rows = "\n".join(f'"{old}",{new}' for old, new in MAP.items())
    Path("labels.csv").write_text(f"old,new\n{rows}\ntechnical,bug\n", encoding="utf-8")
    where, what, _ = problem("{from: labels.csv}")
    assert (where, what[:35]) == ("labels.csv:6", "no rubric set has the label 'bug', ")
    Path("labels.csv").write_text(f"old,new\n{rows}\n", encoding="utf-8")
    found = inputs_of(read_config(Path("c.yaml"))).loaded
    assert labels(found) == ["billing", "billing", "__none__", "__none__", "technical"]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("old,new,more\na,b,c\n", "labels.csv:1", "3 columns where a map of labels has two"),
        ("old,new\na,b\na ,c\n", "labels.csv:3", "'a' is mapped twice"),
        ("old,new\na,\n", "labels.csv:2", "'a' is mapped to nothing"),
    ],
)
def test_a_file_that_is_no_map_is_told_with_its_line(text: str, where: str, what: str) -> None:
    Path("labels.csv").write_text(text, encoding="utf-8")
    assert problem("{from: labels.csv}")[:2] == (where, what)


def test_a_file_that_is_not_there_is_told_at_its_place() -> None:
    assert problem("{from: lables.csv}")[:2] == ("c.yaml:5:12", "no such file: lables.csv")


WORD = st.text("abcAB -_", min_size=1, max_size=4).filter(str.strip)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(words=st.lists(WORD.map(str.strip), min_size=1, max_size=6, unique=True))
def test_mapped_and_mapped_back_labels_are_what_they_were(words: list[str]) -> None:
    rows = "".join(f"{i},x,{word}\n" for i, word in enumerate(words))
    Path("t.csv").write_text(f"id,text,label\n{rows}", encoding="utf-8")
    there = {word: f"new {i}" for i, word in enumerate(words)}
    once = load(there)
    rows = "".join(f"{t.id},{t.text},{t.label}\n" for t in once.dataset.tickets)
    Path("t.csv").write_text(f"id,text,label\n{rows}", encoding="utf-8")
    assert labels(load({new: old for old, new in there.items()})) == words

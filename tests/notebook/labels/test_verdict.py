"""Labels in a notebook: the same files and figures as by the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from forked import ticketbench_in
from labelled_states import NEW, OLD, kept, labelled, state
from logged_project import labelled as filled
from logged_project import write_log
from ticketbench.notebook.labels.sheets import label_import, label_next
from ticketbench.notebook.labels.verdict import label_verdict


def test_from_a_log_to_a_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_log(tmp_path, n=30)
    monkeypatch.chdir(tmp_path)
    sheet = label_next("v1", "v2", config="eval.yaml", tickets="week.csv", texts="texts.csv")
    assert sheet.found.sheet == "labels-001-006.csv"
    assert "6 to label: labels-001-006.csv" in sheet._repr_html_()
    assert list(sheet.to_frame().columns) == ["why", "n"]
    filled(Path(sheet.found.sheet), lambda _, __: "billing")
    taken = label_import(sheet.found.sheet)
    assert repr(taken) == "<TakenIn: 6 new labels; 6 of 6 tickets are labelled>"
    assert taken.to_frame("gaps").empty
    assert label_next().found.sheet == ""
    assert label_verdict().found.verdict.exact


def test_frames_and_json_are_those_of_the_command(tmp_path: Path) -> None:
    both = labelled(labelled(state(), NEW, NEW, OLD), NEW, OLD, annotator="anna")
    path = kept(both, tmp_path)
    found = label_verdict(path)
    printed = ticketbench_in(tmp_path, "label", "verdict", "--json").stdout
    assert found.to_json() == printed
    rows = found.to_frame("differences")
    assert rows["speaks_for"].tolist() == ["v2", "", "v1"]
    assert found.to_frame("disputed")["said"].tolist() == [NEW, OLD]
    assert found.to_frame("shares")["base"].tolist() == [1.0, 0.0, 0.0]
    assert repr(found).startswith("<LabelVerdict: Cannot tell yet whether on these 40 tickets")

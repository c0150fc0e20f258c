"""Predictions and tickets in parts in a notebook: the JSON of the command, no frame of tickets."""

from __future__ import annotations

from pathlib import Path

import pytest

import ticketbench
from part_files import parts, records
from part_pairs import folders, pair
from parts_project import ticket_rows, write_parts, write_rubrics
from ticketbench import compare, evaluate
from ticketbench.core.errors import InputError
from ticketbench.edge.results.store import envelope
from ticketbench.flow.compare_parts import compare_parts
from ticketbench.flow.parts.score import score_parts
from ticketbench.notebook.comparison import ComparedParts
from ticketbench.notebook.evaluation import EvaluatedParts


def test_a_folder_is_evaluated_part_by_part(tmp_path: Path) -> None:
    folder = parts(tmp_path / "p", records(120, failed=2), 3)
    found = evaluate(folder)
    assert isinstance(found, EvaluatedParts)
    assert found.n_parts == 3
    assert found.to_json() == envelope("score", score_parts(folder).score).decode()
    assert evaluate(str(folder / "*.csv")).to_json() == found.to_json()
    assert "tickets" not in found.frames
    for name in found.frames:
        found.to_frame(name)
    assert repr(found)
    assert found._repr_html_()
    with pytest.raises(InputError, match="no ticket is kept"):
        _ = found.predictions


def test_labels_of_a_frame_do_not_go_with_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="go with a DataFrame"):
        evaluate(parts(tmp_path / "p", records(6), 2), labels=["a"])


def test_folders_are_compared_part_by_part(tmp_path: Path) -> None:
    a, b = folders(tmp_path, pair(60), (2, 3))
    found = compare(a, Path(b))
    assert isinstance(found, ComparedParts)
    assert found.n_parts == (2, 3)
    assert found.to_json() == envelope("compare", compare_parts(a, b).compared).decode()
    assert list(found.frames) == ["changes"]
    assert len(found.to_frame("changes"))
    assert repr(found).startswith("<ComparedParts: ")
    assert found._repr_html_()
    assert compare(a, f"{b}/*.csv", threshold=0.9).found.policy.threshold == 0.9


def test_what_does_not_go_with_folders_is_refused(tmp_path: Path) -> None:
    a, b = folders(tmp_path, pair(20), (1, 1))
    with pytest.raises(InputError, match="mapping= cannot go with"):
        compare(a, b, mapping={"x": ("y",)})
    with pytest.raises(InputError, match="are compared with a path"):
        compare(a, evaluate(f"{b}/part-0.csv"))
    with pytest.raises(InputError, match="no ticket is kept"):
        compare(evaluate(a), evaluate(b))


def test_a_run_and_gates_of_tickets_in_parts_are_those_of_the_commands(tmp_path: Path) -> None:
    write_rubrics(tmp_path)
    gates = "gates: [{metric: accuracy, on: v2, min: 0.1}]\n"
    config = write_parts(tmp_path / "p", ticket_rows(40), 2, more=gates)
    found = ticketbench.run(config, out=tmp_path / "report", engine="serial")
    assert found.to_json() == (tmp_path / "report" / "results.json").read_text()
    again = ticketbench.load(tmp_path / "report")
    assert again.results == found.results
    assert "tickets" not in found.frames
    assert "flips" not in found.frames
    assert len(found.to_frame("metrics")) == len(again.to_frame("metrics"))
    with pytest.raises(InputError, match="no frame 'tickets'"):
        again.to_frame("tickets")
    judged = ticketbench.gate(config, engine="serial")
    assert judged.verdict.exit_code == 0
    assert [one.code for one in judged.found.read] == ["TB215"]

"""Predictions in parts in a notebook: the JSON of the command, and frames without tickets."""

from __future__ import annotations

from pathlib import Path

import pytest

from part_files import parts, records
from ticketbench import evaluate
from ticketbench.core.errors import InputError
from ticketbench.edge.results.store import envelope
from ticketbench.flow.parts.score import score_parts
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

"""Measuring a file of predictions: what the order of its rows may change."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tables import ORACLES
from ticketbench.flow.score import score


@pytest.mark.parametrize("name", ["c_tiny_n40_k3", "p_paired_rubric_a"])
def test_the_order_of_the_rows_of_a_file_changes_no_result(name: str, tmp_path: Path) -> None:
    head, *rows = (ORACLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()
    found = []
    for seed in (1, 2):
        random.Random(seed).shuffle(rows)
        file = tmp_path / "predictions.csv"
        file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        found.append(score(file, reference=True))
    one, other = found
    # As text: numbers to the last bit, and one NaN like another.
    assert one.reference
    assert repr(one.reference) == repr(other.reference)
    for field in ("metrics", "by_label", "routing", "thresholds", "calibration"):
        assert getattr(one.evaluation, field) == getattr(other.evaluation, field)

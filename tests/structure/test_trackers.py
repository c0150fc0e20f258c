"""The lines of docs/results.md that read figures for MLflow and Weights & Biases."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from small_project import write_project
from ticketbench import run

ROOT = Path(__file__).resolve().parents[2]
SECTION = (ROOT / "docs/results.md").read_text("utf-8").partition("## Into MLflow")[2]
LINES = [line[4:] for line in SECTION.splitlines() if line.startswith("    ")]
# https://mlflow.org/docs: what the name of a metric may hold.
MLFLOW_NAME = re.compile(r"[-\w. :/]+")


def test_the_lines_give_names_and_numbers_that_both_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path)
    report = Path("reports/quickstart")
    run("eval.yaml", out=report)
    names: dict[str, dict[str, float]] = {}
    exec("\n".join(LINES), names)  # the lines of the page
    figures = names["figures"]
    assert {"v1/accuracy", "v2/accuracy"} <= figures.keys()
    assert all(MLFLOW_NAME.fullmatch(name) for name in figures)
    assert all(isinstance(value, float) and math.isfinite(value) for value in figures.values())
    assert '["recommendation"]' in SECTION
    data = json.loads((report / "results.json").read_text("utf-8"))["data"]
    assert data["recommendation"]["kind"]
    assert {"low", "high", "value"} <= data["evaluations"][0]["metrics"][0]["estimate"].keys()

"""The first lines of `run`, `threshold` and `compare` on the demo, at three widths, in colour."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from quickstart import Demo
from terminal import demo_project, longest, same_on_terminals, shown

CONFIG = "configs/quickstart.yaml"
QUICK = ("--set", "report.figures=false", "--set", "trained_baselines=false")


@pytest.fixture
def reported(demo: Demo, tmp_path: Path) -> Path:
    """The files of the demo and its report, where a run leaves it."""
    folder = demo_project(tmp_path)
    shutil.copytree(demo.out, folder / "reports" / "quickstart")
    return folder


def test_a_run_is_shown_as_in_the_golden_file(tmp_path: Path) -> None:
    same_on_terminals("run", demo_project(tmp_path), "run", CONFIG, *QUICK)


def test_a_run_that_does_not_pay_is_shown_as_in_the_golden_file(tmp_path: Path) -> None:
    dear = ("--set", "choose.costs.misroute=9")
    same_on_terminals("run-dear", demo_project(tmp_path), "run", CONFIG, *QUICK, *dear)


def test_a_threshold_is_shown_as_in_the_golden_file(reported: Path) -> None:
    same_on_terminals("threshold", reported, "threshold", "v2")


def test_a_comparison_is_shown_as_in_the_golden_file(reported: Path) -> None:
    same_on_terminals("compare", reported, "compare", "v1", "v2", "--config", CONFIG)


def test_every_way_to_choose_a_threshold_fits_the_narrowest_terminal(reported: Path) -> None:
    seen = shown(reported, "threshold", "v2", "--all", "--per-label", "--sets", columns=60)
    assert seen.code == 0
    assert longest(seen.stdout) <= 60

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET

import pytest

from tables import random_table, table
from ticketbench.core.types import NONE_LABEL
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.report.figures import FIGURES, figure_files

NAMES = ("confusion-matrix", "reliability-diagram", "confidence-histogram", "risk-coverage-curve")


def evaluation() -> Evaluation:
    return evaluate(random_table(120), Settings())


def test_each_figure_is_a_png_and_an_svg_named_after_its_rubric_set() -> None:
    files = figure_files(evaluation())
    assert FIGURES.names() == NAMES
    assert sorted(files) == sorted(f"figures/{n}-v1.{s}" for n in NAMES for s in ("png", "svg"))
    for name, content in files.items():
        if name.endswith(".png"):
            assert content.startswith(b"\x89PNG")
        else:
            assert ET.fromstring(content).tag.endswith("svg")


def test_equal_evaluations_give_equal_bytes_without_a_date() -> None:
    first, second = figure_files(evaluation()), figure_files(evaluation())
    assert first == second
    assert not [name for name, content in first.items() if b"<dc:date>" in content]


def test_pyplot_is_never_loaded() -> None:
    figure_files(evaluation())
    assert "matplotlib.pyplot" not in sys.modules


@pytest.mark.parametrize(
    "empty",
    [table([], []), table([[0.5, 0.3, 0.2]], [NONE_LABEL]), table([[1.0, 0.0, 0.0]], ["a"])],
    ids=["no tickets", "only none", "one ticket"],
)
def test_degenerate_tables_can_be_drawn(empty: object) -> None:
    assert len(figure_files(evaluate(empty, Settings()))) == 8  # type: ignore[arg-type]


def test_a_label_with_a_dollar_sign_is_drawn_as_it_stands() -> None:
    odd = table([[0.6, 0.3, 0.1]], ["$x^2$"], labels=("$x^2$", "b", "c"))
    svg = figure_files(evaluate(odd, Settings()))["figures/confusion-matrix-v1.svg"]
    assert b"$x^2$" in svg

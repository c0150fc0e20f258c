"""Figures as files: readable with many labels, right blue and wrong orange, equal bytes."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tables import random_table, table
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import ScoreTable
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.report import figures
from ticketbench.report.figures import FIGURES, drawn, figure_files

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = ("confusion-matrix", "reliability-diagram", "confidence-histogram", "risk-coverage-curve")


def evaluation() -> Evaluation:
    return evaluate(random_table(120), Settings())


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return figure_files(evaluation())


def test_each_figure_is_a_png_and_an_svg_named_after_its_rubric_set(
    files: dict[str, bytes],
) -> None:
    assert FIGURES.names() == NAMES
    assert sorted(files) == sorted(f"figures/{n}-v1.{s}" for n in NAMES for s in ("png", "svg"))
    for name, content in files.items():
        if name.endswith(".png"):
            assert content.startswith(b"\x89PNG")
        else:
            assert ET.fromstring(content).tag.endswith("svg")


def test_equal_evaluations_give_equal_bytes_without_a_date(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert figure_files(evaluation()) == files
    # With so few numbered the matrix has colour bars, as with many labels.
    monkeypatch.setattr(figures, "_MOST_NUMBERED", 3)
    assert figure_files(evaluation()) == figure_files(evaluation())
    assert not [name for name, content in files.items() if b"<dc:date>" in content]


def test_pyplot_is_never_loaded(files: dict[str, bytes]) -> None:
    assert files
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


def matrix_of(tickets: ScoreTable) -> Axes:
    """The confusion matrix, laid out."""
    made = drawn("confusion-matrix", evaluate(tickets, Settings()))
    made.draw_without_rendering()
    return made.axes[0]


def intents(k: int) -> ScoreTable:
    """Twelve tickets of each of k labels with long names, two of them wrong."""
    names = [f"a_long_name_of_an_intent_in_a_bank_{i:02}" for i in range(k)]
    scores, gold = [], []
    for i, name in enumerate(names):
        for j in range(12):
            row = np.full(k, 0.1 / k)
            row[(i + (j > 9)) % k] += 0.9
            scores.append(row.tolist())
            gold.append(name)
    return table(scores, gold, labels=names)


@cache
def of_intents(k: int) -> Axes:
    return matrix_of(intents(k))


@pytest.mark.parametrize("k", [4, 30, 77])
def test_the_names_of_rows_and_columns_never_overlap(k: int) -> None:
    axes = of_intents(k)
    for ticks, turned in ((axes.get_yticklabels(), False), (axes.get_xticklabels(), True)):
        assert len(ticks) == k + 2 * turned
        at = [tick.get_window_extent() for tick in ticks]
        ends = sorted((box.x0, box.x1) if turned else (box.y0, box.y1) for box in at)
        if turned and k < 77:  # aslant: their lines are as far apart as their columns
            apart = np.sin(np.radians(35)) * np.diff([right for _, right in ends]).min()
            assert apart >= ticks[0].get_fontsize() * 120 / 72
        else:
            assert all(one[1] <= other[0] for one, other in pairwise(ends))


@pytest.mark.parametrize("k", [4, 12, 30])
def test_the_number_of_a_cell_fits_into_it(k: int) -> None:
    axes = of_intents(k)
    box = axes.get_window_extent()
    wide, high = box.width / (k + 2), box.height / k
    assert len(axes.texts) == (k * (k + 2) if k <= 12 else 2 * k)
    for text in axes.texts:
        text.set_text("2,222")
        drawn = text.get_window_extent()
        assert (drawn.width, drawn.height) <= (wide, high)


def test_with_77_labels_cells_have_no_numbers_but_colour_bars_with_the_largest() -> None:
    axes = of_intents(77)
    assert not axes.texts
    bars = {one.get_ylabel(): one for one in axes.figure.axes if one is not axes}
    assert set(bars) == {"right", "wrong"}, "none is with a person"
    largest = {name: bar.get_yticklabels()[-1].get_text() for name, bar in bars.items()}
    assert largest == {"right": "10", "wrong": "2"}


def test_right_cells_are_blue_wrong_ones_orange_and_people_grey_each_to_its_own_largest() -> None:
    a, b, unsure = [0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [0.28, 0.25, 0.25]
    axes = matrix_of(table([a] * 40 + [b] * 2 + [unsure] * 3 + [b] * 20, ["a"] * 45 + ["b"] * 20))
    colours = axes.images[0].get_array()
    assert colours is not None

    def hex_at(i: int, j: int) -> str:
        return "#" + "".join(f"{round(255 * float(part)):02x}" for part in colours[i][j])

    assert hex_at(0, 0) == "#1d5fc4"
    assert hex_at(0, 1) == "#e07a2c", "two wrong ones are the darkest of their hue"
    assert hex_at(0, 3) == "#8f959c"
    assert hex_at(1, 1) == "#8eafe2", "20 of 40 is the third of six"
    assert hex_at(2, 2) == "#ffffff"


def test_no_line_of_a_rubric_set_is_drawn_in_the_colours_of_right_and_wrong(
    files: dict[str, bytes],
) -> None:
    for name in ("reliability-diagram", "risk-coverage-curve"):
        strokes = set(re.findall(rb"#[0-9a-f]{6}", files[f"figures/{name}-v1.svg"]))
        assert b"#17191c" in strokes
        assert not strokes & {b"#1d5fc4", b"#e07a2c"}
    both = files["figures/confidence-histogram-v1.svg"]
    assert b"#1d5fc4" in both
    assert b"#e07a2c" in both

"""Plots: on the axes that are given, or on a sheet of their own that a notebook shows."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest

import ticketbench as tb
from tables import random_table
from ticketbench.measure.compare import Comparison, compare
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Evaluation, Settings
from ticketbench.notebook.plots import ChangePlots, Plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMES = ("reliability", "confusion", "scores", "risk_coverage", "cost")


@cache
def measured() -> tuple[Evaluation, Evaluation]:
    first, second = (
        evaluate(random_table(60, seed=seed, rubric_set=name), Settings())
        for seed, name in ((1, "v1"), (2, "v2"))
    )
    return first, second


@cache
def compared() -> Comparison:
    base = random_table(60, seed=1)
    return compare(base, random_table(60, seed=1, rubric_set="v2"))


def given() -> Axes:
    from matplotlib.figure import Figure

    return Figure(figsize=(3, 2)).add_subplot()


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_draws_on_the_axes_that_are_given_and_leaves_their_figure_as_large(
    name: str,
) -> None:
    axes = given()
    assert getattr(Plots(measured(), "v1"), name)(axes) is axes
    assert axes.figure.get_size_inches().tolist() == [3, 2]  # type: ignore[union-attr]
    assert axes.has_data()
    assert "_repr_png_" not in vars(axes)


@pytest.mark.parametrize("name", NAMES)
def test_without_axes_it_is_shown_by_itself_and_pyplot_stays_out(name: str) -> None:
    axes = getattr(Plots(measured(), "v1"), name)()
    assert "v1 on " in axes.get_title()
    assert axes._repr_png_().startswith(b"\x89PNG")
    assert "matplotlib.pyplot" not in sys.modules


def test_a_named_set_is_drawn_and_an_unknown_one_lists_those_there_are() -> None:
    plots = Plots(measured(), "v1")
    assert "v2 on " in plots.cost(rubric_set="v2").get_title()
    with pytest.raises(tb.TicketbenchError) as caught:
        plots.cost(rubric_set="v3")
    assert "v" in caught.value.problems[0].help


def test_changes_of_labels_are_drawn_a_label_each() -> None:
    axes = ChangePlots(compared()).labels(given())
    shown = [tick.get_text() for tick in axes.get_yticklabels()]
    assert shown[::-1] == [one.label for one in compared().of_labels("recall")]
    with pytest.raises(tb.TicketbenchError, match="no label metric"):
        ChangePlots(compared()).labels(metric="nonsense")

"""The four figures as PNG and SVG files, for slides and notebooks.

matplotlib is imported when a figure is drawn, and pyplot never: it keeps global state. Equal
inputs give equal bytes: the SVG ids are salted, and no date is written.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ticketbench.core.registry import Registry
from ticketbench.core.types import FloatArray
from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.colours import GREY, HAIRLINE, INK, PERSON, RIGHT, WRONG
from ticketbench.report.matrix import STEPS, Kind, Shaded, shaded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NUMBERED = 30
"""Labels up to which cells are large enough for their number; beyond, colour bars tell."""

_CELL, _SMALL_CELL = 0.42, 0.15
"""Sides of a cell in inches: room for four digits, and 18 pixels."""

_LONGEST_TICK = 40
"""Characters of a label: long ones differ at their ends."""

_USUAL = (6.4, 4.8)

Draw = Callable[["Axes", Evaluation], None]
Size = Callable[[Evaluation], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What draws on axes, and the inches it needs on a sheet of its own."""

    draw: Draw
    size: Size


FIGURES: Registry[Drawing] = Registry("figure")


def figure(name: str, *, size: Size = lambda _: _USUAL) -> Callable[[Draw], Draw]:
    """Register a figure; its file is called after `name` and the rubric set."""
    return FIGURES.register(name, entry=lambda draw: Drawing(draw, size))


def drawn(name: str, evaluation: Evaluation) -> Figure:
    """The figure called `name` on a sheet of its own; InputError where none is called so."""
    from matplotlib.figure import Figure

    found = FIGURES.get(name)
    made = Figure(figsize=found.size(evaluation), dpi=120, layout="constrained")
    found.draw(made.add_subplot(), evaluation)
    return made


def figure_files(evaluation: Evaluation) -> dict[str, bytes]:
    """PNG and SVG of every figure, by path inside the report folder."""
    import matplotlib as mpl

    files = {}
    with mpl.rc_context({"svg.hashsalt": "ticketbench", "svg.fonttype": "none"}):
        for name in FIGURES.names():
            made = drawn(name, evaluation)
            stem = f"figures/{name}-{evaluation.provenance.rubric_set}"
            files[f"{stem}.png"] = _bytes(made, "png")
            # Laid out once: at 77 labels that takes as long as drawing.
            made.set_layout_engine("none")
            files[f"{stem}.svg"] = _bytes(made, "svg")
    return files


def _bytes(made: Figure, form: str) -> bytes:
    out = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {"Software": None}
    made.savefig(out, format=form, metadata=metadata)
    return out.getvalue()


def _titled(axes: Axes, evaluation: Evaluation, title: str) -> None:
    source = evaluation.provenance
    where = f"{source.rubric_set} on {source.dataset}, n = {evaluation.n_scored}"
    axes.set_title(f"{title}\n{where}", fontsize=11, parse_math=False)
    axes.spines[["top", "right"]].set_visible(False)


def _grown(evaluation: Evaluation) -> tuple[float, float]:
    """As large as its cells need beside labels and title, and never smaller than other figures."""
    matrix = shaded(evaluation.routing.confusion)
    numbered = _has_numbers(matrix)
    cell = _CELL if numbered else _SMALL_CELL
    longest = max((len(_tick(name)) for name in (*matrix.columns, *_labels(matrix))), default=0)
    beside = 1.2 + (0.08 if numbered else 0.06) * longest
    wide, high = len(matrix.columns) * cell + beside, len(matrix.rows) * cell + beside
    return max(_USUAL[0], wide), max(_USUAL[1], high)


def _has_numbers(matrix: Shaded) -> bool:
    return len(matrix.columns) <= _MOST_NUMBERED + 2


@figure("confusion-matrix", size=_grown)
def confusion_matrix(axes: Axes, evaluation: Evaluation) -> None:
    """Gold label by outcome: right in blue, wrong in orange, with a person in grey.

    Each hue has six shades up to its own largest cell, so that a few wrong routes are seen beside
    many right ones. A sheet of its own grows with the labels.
    """
    matrix = shaded(evaluation.routing.confusion)
    numbered = _has_numbers(matrix)
    axes.imshow([[_shade(c.kind, c.step) for c in row.cells] for row in matrix.rows], aspect="auto")
    _named(axes, matrix, size=9 if numbered else 6.5)
    _gridded(axes, matrix)
    if numbered:
        _numbered(axes, matrix)
    else:
        _keyed(axes, matrix)
    told = "blue: right, orange: wrong, grey: to a person"
    axes.set(xlabel=f"outcome under the policy ({told})", ylabel="gold label")
    _titled(axes, evaluation, "Confusion matrix")
    axes.spines[:].set_visible(False)


def _shade(kind: Kind, step: int) -> FloatArray:
    """White for none, then the hue, paler the fewer tickets there are."""
    from matplotlib.colors import to_rgb

    hue = np.array(to_rgb({"right": RIGHT, "wrong": WRONG, "person": PERSON}[kind]))
    return 1 - (1 - hue) * step / STEPS


def _labels(matrix: Shaded) -> list[str]:
    return [row.label for row in matrix.rows]


def _tick(name: str) -> str:
    return name if len(name) <= _LONGEST_TICK else f"{name[: _LONGEST_TICK - 1]}…"


def _named(axes: Axes, matrix: Shaded, *, size: float) -> None:
    """Every row and column by name; upright where the columns are narrow, so that none overlap."""
    turned = {"rotation": 90} if size < 9 else {"rotation": 35, "ha": "right"}
    columns, rows = [_tick(c) for c in matrix.columns], [_tick(r) for r in _labels(matrix)]
    axes.set_xticks(range(len(columns)), columns, fontsize=size, **turned)
    axes.set_yticks(range(len(rows)), rows, fontsize=size)
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set_parse_math(False)


def _gridded(axes: Axes, matrix: Shaded) -> None:
    """Hairlines between cells, and a stronger one before the columns of people."""
    wide, high = len(matrix.columns), len(matrix.rows)
    axes.autoscale(enable=False)
    axes.vlines(np.arange(1, wide) - 0.5, -0.5, high - 0.5, color=HAIRLINE, linewidth=0.5)
    axes.hlines(np.arange(1, high) - 0.5, -0.5, wide - 0.5, color=HAIRLINE, linewidth=0.5)
    axes.vlines([wide - 2.5], -0.5, high - 0.5, color=GREY, linewidth=1)
    axes.tick_params(length=0)


def _numbered(axes: Axes, matrix: Shaded) -> None:
    """The tickets of every cell, but for those without any once there are many labels."""
    zeros = len(matrix.columns) <= 14
    for i, row in enumerate(matrix.rows):
        for j, cell in enumerate(row.cells):
            if cell.n or zeros:
                # White is read on the darkest blue alone.
                darkest = cell.kind == "right" and cell.step == STEPS
                colour = "white" if darkest else INK if cell.n else GREY
                axes.text(j, i, str(cell.n), ha="center", va="center", color=colour, fontsize=8)


def _keyed(axes: Axes, matrix: Shaded) -> None:
    """A colour bar for each hue that some cell has, from none to its largest."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import BoundaryNorm, ListedColormap

    kinds: tuple[Kind, ...] = ("person", "wrong", "right")
    for kind in kinds:
        most = matrix.largest[kind]
        if not most:
            continue
        colours = ListedColormap([_shade(kind, step) for step in range(1, STEPS + 1)])
        edges = np.linspace(0, most, STEPS + 1)
        bar = axes.figure.colorbar(
            ScalarMappable(BoundaryNorm(edges, STEPS), colours), ax=axes, shrink=0.3, aspect=25,
            pad=0.01, anchor=(0.0, 1.0), ticks=[0, most], format="%d",
        )  # fmt: skip
        bar.set_label(kind, fontsize=8, labelpad=0)
        bar.ax.minorticks_off()
        bar.ax.tick_params(labelsize=8)
        bar.outline.set_visible(False)


@figure("reliability-diagram")
def reliability_diagram(axes: Axes, evaluation: Evaluation) -> None:
    """Accuracy against mean top score per equal-mass bin, with Wilson intervals and counts."""
    bins = evaluation.calibration.reliability
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="perfectly calibrated")
    x = [b.mean_score for b in bins]
    y = [b.accuracy for b in bins]
    below = [b.accuracy - b.accuracy_low for b in bins]
    above = [b.accuracy_high - b.accuracy for b in bins]
    axes.errorbar(x, y, yerr=[below, above], fmt="o-", color=INK, capsize=3, label="measured, 95%")
    for b in bins:
        axes.annotate(
            str(b.n), (b.mean_score, b.accuracy_low), (0, -11), textcoords="offset points",
            ha="center", fontsize=8, color=GREY,
        )  # fmt: skip
    axes.set(xlabel="mean top score", ylabel="share right", xlim=(0, 1.02), ylim=(-0.08, 1.02))
    axes.legend(loc="upper left", frameon=False)
    _titled(axes, evaluation, "Reliability diagram (numbers: tickets in the bin)")


@figure("confidence-histogram")
def confidence_histogram(axes: Axes, evaluation: Evaluation) -> None:
    """Right and wrong tickets by top score."""
    bins = evaluation.calibration.histogram
    left = [b.low for b in bins]
    width = [b.high - b.low for b in bins]
    right, wrong = [b.right for b in bins], [b.wrong for b in bins]
    axes.bar(left, right, width, align="edge", color=RIGHT, edgecolor="white", label="right")
    axes.bar(
        left, wrong, width, bottom=right, align="edge", color=WRONG, edgecolor="white",
        hatch="///", label="wrong",
    )  # fmt: skip
    threshold = evaluation.settings.policy.threshold
    axes.axvline(threshold, color=GREY, linestyle="--", label=f"threshold {threshold:.2f}")
    axes.set(xlabel="top score", ylabel="tickets", xlim=(0, 1))
    axes.legend(frameon=False)
    _titled(axes, evaluation, "Confidence histogram")


@figure("risk-coverage-curve")
def risk_coverage_curve(axes: Axes, evaluation: Evaluation) -> None:
    """Share wrong among the most confident tickets, against their share."""
    curve = evaluation.routing.risk_coverage
    x = [point.coverage for point in curve.points]
    y = [point.risk for point in curve.points]
    axes.plot(x, y, color=INK)
    axes.set(xlabel="coverage (most confident tickets)", ylabel="share wrong", xlim=(0, 1))
    axes.set_ylim(bottom=0)
    _titled(axes, evaluation, f"Risk-coverage curve (AURC {curve.aurc:.3f})")

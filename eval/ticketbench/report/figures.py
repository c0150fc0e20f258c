"""The four figures as PNG and SVG files, for slides and notebooks.

matplotlib is imported when a figure is drawn, and pyplot never: it keeps global state. Equal
inputs give equal bytes: the SVG ids are salted, and no date is written.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from ticketbench.core.registry import Registry
from ticketbench.measure.evaluation import Evaluation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#0b62a8", "#b3560f", "#6b7480"

Draw = Callable[["Axes", Evaluation], None]
FIGURES: Registry[Draw] = Registry("figure")


def figure(name: str) -> Callable[[Draw], Draw]:
    """Register a figure; its file is called after `name` and the rubric set."""
    return FIGURES.register(name)


def figure_files(evaluation: Evaluation) -> dict[str, bytes]:
    """PNG and SVG of every figure, by path inside the report folder."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    files = {}
    with mpl.rc_context({"svg.hashsalt": "ticketbench", "svg.fonttype": "none"}):
        for name in FIGURES.names():
            made = Figure(figsize=(6.4, 4.8), dpi=120, layout="constrained")
            FIGURES.get(name)(made.add_subplot(), evaluation)
            stem = f"figures/{name}-{evaluation.provenance.rubric_set}"
            files[f"{stem}.png"] = _bytes(made, "png")
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


@figure("confusion-matrix")
def confusion_matrix(axes: Axes, evaluation: Evaluation) -> None:
    """Gold label by outcome, shaded by the share of the row."""
    matrix = evaluation.routing.confusion
    totals = [max(1, sum(row)) for row in matrix.counts]
    shares = [[n / total for n in row] for row, total in zip(matrix.counts, totals, strict=True)]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(matrix.columns)), matrix.columns, rotation=35, ha="right")
    axes.set_yticks(range(len(matrix.rows)), matrix.rows)
    for tick in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        tick.set_parse_math(False)
    for i, row in enumerate(matrix.counts):
        for j, n in enumerate(row):
            colour = "white" if shares[i][j] > 0.55 else "black"
            axes.text(j, i, str(n), ha="center", va="center", color=colour)
    axes.set(xlabel="outcome under the policy", ylabel="gold label")
    _titled(axes, evaluation, "Confusion matrix")


@figure("reliability-diagram")
def reliability_diagram(axes: Axes, evaluation: Evaluation) -> None:
    """Accuracy against mean top score per equal-mass bin, with Wilson intervals and counts."""
    bins = evaluation.calibration.reliability
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="perfectly calibrated")
    x = [b.mean_score for b in bins]
    y = [b.accuracy for b in bins]
    below = [b.accuracy - b.accuracy_low for b in bins]
    above = [b.accuracy_high - b.accuracy for b in bins]
    axes.errorbar(x, y, yerr=[below, above], fmt="o-", color=BLUE, capsize=3, label="measured, 95%")
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
    axes.bar(left, right, width, align="edge", color=BLUE, edgecolor="white", label="right")
    axes.bar(
        left, wrong, width, bottom=right, align="edge", color=ORANGE, edgecolor="white",
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
    axes.plot(x, y, color=BLUE)
    axes.set(xlabel="coverage (most confident tickets)", ylabel="share wrong", xlim=(0, 1))
    axes.set_ylim(bottom=0)
    _titled(axes, evaluation, f"Risk-coverage curve (AURC {curve.aurc:.3f})")

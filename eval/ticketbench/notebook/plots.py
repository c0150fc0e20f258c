"""The plots of a result, on the axes of the user or on a sheet of their own.

matplotlib is imported when one is drawn, and pyplot never: it keeps global state.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.measure.compare import Comparison
from ticketbench.measure.evaluation import Evaluation
from ticketbench.report.colours import GREY, INK, PERSON, RIGHT, WRONG
from ticketbench.report.figures import FIGURES, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def evaluation_of(evaluations: Sequence[Evaluation], rubric_set: str) -> Evaluation:
    """The evaluation of a rubric set; InputError with the nearest name where there is none."""
    by_name = {e.provenance.rubric_set: e for e in evaluations}
    if rubric_set not in by_name:
        what = f"no rubric set is called {quoted(rubric_set)}"
        raise InputError(what, help=suggestion(rubric_set, by_name))
    return by_name[rubric_set]


class Plots:
    """The plots of one rubric set or several; `preferred` is drawn where none is named.

    Each takes the matplotlib axes to draw on. Without, it draws on a sheet of its own, which a
    notebook shows. Each returns the axes; an unknown rubric set is an InputError.
    """

    def __init__(self, evaluations: Sequence[Evaluation], preferred: str) -> None:
        self._evaluations = evaluations
        self._preferred = preferred

    def reliability(self, ax: Axes | None = None, *, rubric_set: str = "") -> Axes:
        """Share right against mean top score, in bins of as many tickets each."""
        return self._figure("reliability-diagram", ax, rubric_set)

    def confusion(self, ax: Axes | None = None, *, rubric_set: str = "") -> Axes:
        """Gold label by outcome."""
        return self._figure("confusion-matrix", ax, rubric_set)

    def scores(self, ax: Axes | None = None, *, rubric_set: str = "") -> Axes:
        """Right and wrong tickets by top score."""
        return self._figure("confidence-histogram", ax, rubric_set)

    def risk_coverage(self, ax: Axes | None = None, *, rubric_set: str = "") -> Axes:
        """Share wrong among the most confident tickets, against their share."""
        return self._figure("risk-coverage-curve", ax, rubric_set)

    def cost(self, ax: Axes | None = None, *, rubric_set: str = "") -> Axes:
        """What a ticket costs at every threshold, and what becomes of a hundred."""
        evaluation = evaluation_of(self._evaluations, rubric_set or self._preferred)
        return _on(ax, lambda axes: _draw_cost(axes, evaluation))

    def _figure(self, name: str, ax: Axes | None, rubric_set: str) -> Axes:
        evaluation = evaluation_of(self._evaluations, rubric_set or self._preferred)
        if ax is None:
            return _shown(drawn(name, evaluation))
        FIGURES.get(name).draw(ax, evaluation)
        return ax


class ChangePlots:
    """The plots of a comparison; see `Plots` for the axes."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison

    def labels(self, ax: Axes | None = None, *, metric: str = "recall") -> Axes:
        """The change of a label metric for each label, with its 95 % interval."""
        changes = self._comparison.of_labels(metric)
        if not changes:
            known = dict.fromkeys(one.name for one in self._comparison.label_differences)
            what = f"no label metric is called {quoted(metric)}"
            raise InputError(what, help=suggestion(metric, known))
        return _on(ax, lambda axes: _draw_changes(axes, self._comparison, metric))


def _on(ax: Axes | None, draw: Callable[[Axes], None]) -> Axes:
    if ax is not None:
        draw(ax)
        return ax
    from matplotlib.figure import Figure

    made = Figure(figsize=(6.4, 4.8), dpi=120, layout="constrained")
    draw(made.add_subplot())
    return _shown(made)


def _shown(made: Figure) -> Axes:
    """The axes of a sheet of ours, which a notebook shows although pyplot does not know it."""

    def png() -> bytes:
        out = io.BytesIO()
        made.savefig(out, format="png", metadata={"Software": None})
        return out.getvalue()

    axes = made.axes[0]
    for one in (made, axes):
        vars(one)["_repr_png_"] = png
    return axes


def _draw_cost(axes: Axes, evaluation: Evaluation) -> None:
    points = evaluation.routing.sweep
    at = [point.threshold for point in points]
    axes.plot(at, [point.cost for point in points], color=INK, label="at this threshold")
    by_hand = evaluation.routing.saving.by_hand
    axes.axhline(by_hand, color=GREY, linestyle=":", label="all by hand")
    now = evaluation.settings.policy.threshold
    axes.axvline(now, color=GREY, linestyle="--", label=f"threshold {now:.2f}")
    axes.set(xlabel="threshold", ylabel="a ticket costs", xlim=(0, 1))
    # Room above the lines, where the legend hides none of them.
    axes.set_ylim(0, 1.45 * max(by_hand, *(point.cost for point in points), 1e-9))
    beside = axes.twinx()
    n = max(1, evaluation.n_scored)
    right, wrong = ([100 * getattr(p, name) / n for p in points] for name in ("right", "wrong"))
    beside.stackplot(
        at, right, wrong, colors=[RIGHT, WRONG], alpha=0.35, labels=["out, right", "out, wrong"]
    )
    beside.set(ylabel="of 100 tickets", ylim=(0, 145), yticks=range(0, 101, 20))
    axes.set_zorder(beside.get_zorder() + 1)
    axes.patch.set_visible(False)
    handles = [line for one in (axes, beside) for line in one.get_legend_handles_labels()[0]]
    axes.legend(handles=handles, frameon=False, loc="upper center", ncols=2)
    source = evaluation.provenance
    where = f"{source.rubric_set} on {source.dataset}, n = {evaluation.n_scored}"
    axes.set_title(f"Cost by threshold\n{where}", fontsize=11, parse_math=False)


def _draw_changes(axes: Axes, comparison: Comparison, metric: str) -> None:
    changes = comparison.of_labels(metric)[::-1]
    for row, one in enumerate(changes):
        of = one.difference
        colour = (
            RIGHT if one.gain.bounds().low > 0 else WRONG if one.gain.bounds().high < 0 else PERSON
        )
        axes.plot([100 * of.low, 100 * of.high], [row, row], color=colour, linewidth=2)
        axes.plot([100 * of.value], [row], "o", color=colour)
    axes.axvline(0, color=GREY, linestyle=":")
    axes.set_yticks(range(len(changes)), [one.label for one in changes])
    for tick in axes.get_yticklabels():
        tick.set_parse_math(False)
    title = changes[0].title if changes else metric
    axes.set(xlabel=f"{title}: {comparison.candidate} less {comparison.base}, points, 95%")
    axes.set_title(f"n = {comparison.n_paired} tickets", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)

"""What a gate can judge: every registered metric, and by label or by outcome a few more.

A gate metric knows its estimate in an evaluation and how to test its change on paired tickets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ticketbench.core.errors import InputError
from ticketbench.core.registry import suggestion
from ticketbench.core.types import Estimate
from ticketbench.measure.evaluate import Evaluation
from ticketbench.measure.metrics import METRICS, Metric
from ticketbench.measure.pairs import changes
from ticketbench.measure.pairs.changes import Question
from ticketbench.measure.pairs.differences import MEASURES
from ticketbench.measure.pairs.of_metrics import MetricChange
from ticketbench.measure.pairs.pairing import Pair

ALIASES = {"ece": "ece_equal_mass_10"}

_CHANGES = {
    "ticket": changes.of_tickets,
    "cell": changes.of_cells,
    "table": changes.of_table,
}


@dataclass(frozen=True, slots=True)
class GateMetric:
    """A metric as gates see it.

    of_label  it is about one label, which the gate has to name
    of_top    top label, top score and outcome are enough for it, so a baseline can hold it
    interval  whether its estimate has an interval
    paired    whether its change can be tested
    """

    name: str
    title: str
    higher_is_better: bool
    share: bool
    of_label: bool
    of_top: bool
    interval: bool
    paired: bool
    value: Callable[[Evaluation, str], Estimate]
    change: Callable[[Pair, Question], MetricChange]


def gate_metric(name: str) -> GateMetric:
    """The metric called `name`; InputError with the nearest known name when there is none."""
    name = ALIASES.get(name, name)
    if name in METRICS.names():
        return _registered(METRICS.get(name))
    if name in _OWN:
        return _OWN[name]
    known = (*METRICS.names(), *_OWN, *ALIASES)
    raise InputError(f"no metric is called {name!r}", help=suggestion(name, known))


def _registered(metric: Metric) -> GateMetric:
    change = _CHANGES[metric.kind]
    of_top = metric.name == "accuracy" or metric.kind == "cell" or metric.over == "scored"
    return GateMetric(
        name=metric.name,
        title=metric.title,
        higher_is_better=metric.higher_is_better,
        share=metric.share,
        of_label=False,
        of_top=of_top,
        interval=metric.kind != "table",
        paired=metric.kind != "table" or metric.name in MEASURES,
        value=lambda evaluation, label: evaluation.metric(metric.name),
        change=partial(change, metric),
    )


def _label_value(name: str, evaluation: Evaluation, label: str) -> Estimate:
    found: Estimate = getattr(evaluation.of_label(label), name)
    return found


def _routing_value(name: str, evaluation: Evaluation, label: str) -> Estimate:
    found: Estimate = getattr(evaluation.routing, name)
    return found


def _about_label(
    name: str, title: str, change: Callable[[Pair, Question], MetricChange]
) -> GateMetric:
    value = partial(_label_value, name)
    return GateMetric(name, title, True, True, True, True, True, True, value, change)


def _about_routing(
    name: str, title: str, change: Callable[[Pair, Question], MetricChange]
) -> GateMetric:
    value, good = partial(_routing_value, name), name != "cost"
    return GateMetric(name, title, good, good, False, True, True, True, value, change)


_OWN = {
    one.name: one
    for one in (
        _about_label("recall", "Recall", changes.recall),
        _about_label("precision", "Precision", changes.precision),
        _about_label("f1", "F1", changes.f1),
        _about_label("routed_recall", "Recall under the policy", changes.routed_recall),
        _about_routing("coverage", "Routed", changes.coverage),
        _about_routing("selective_precision", "Right among routed", changes.selective_precision),
        _about_routing("cost", "Cost per ticket", changes.cost),
    )
}

"""What gates may be about: every registered metric, its value now, and which tests it allows."""

from __future__ import annotations

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.types import Estimate
from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.kinds import (
    NOT_COMPARED,
    LabelMetric,
    Metric,
    RoutingMetric,
    TableMetric,
    TicketMetric,
)
from ticketbench.measure.metrics import METRICS

ALIASES = {"ece": "ece_equal_mass_10"}

NOT_YET = NOT_COMPARED
"""What the report shows, and no gate can judge yet."""


def gate_metric(name: str) -> Metric:
    """The metric called `name`; InputError with the nearest known name when there is none."""
    name = ALIASES.get(name, name)
    if name in METRICS.names():
        return METRICS.get(name)
    known = (*METRICS.names(), *ALIASES)
    if name in NOT_YET:
        help_ = f"the report shows it; gates know {', '.join(known)}"
        raise InputError(f"{name} cannot be gated yet", help=help_)
    raise InputError(f"no metric is called {quoted(name)}", help=suggestion(name, known))


def value_in(evaluation: Evaluation, metric: Metric, label: str) -> Estimate:
    """The metric as it stands in an evaluation; that of `label` where it is about one."""
    match metric:
        case LabelMetric():
            return evaluation.of_label(label).metric(metric.name)
        case RoutingMetric():
            return evaluation.routing.summary.metric(metric.name)
        case _:
            return evaluation.metric(metric.name)


def has_interval(metric: Metric) -> bool:
    """Whether its estimate comes with an interval, so that a limit can be about an end of it."""
    return not isinstance(metric, TableMetric) or metric.interval is not None


def has_paired_test(metric: Metric) -> bool:
    """Whether its change on paired tickets can be tested."""
    return not isinstance(metric, TableMetric) or metric.influence is not None


def held_by_baseline(metric: Metric) -> bool:
    """Whether top label, top score and outcome of each ticket are enough for it."""
    if isinstance(metric, TicketMetric):
        return metric.name == "accuracy" or metric.over == "scored"
    if isinstance(metric, RoutingMetric) and metric.needs_all_labels:
        return False
    return not isinstance(metric, TableMetric) or metric.over == "scored"

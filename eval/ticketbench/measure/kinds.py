"""The five kinds of metric, by what their function sees, and the registry of all metrics.

    kind            its function                                       the metric
    ticket_metric   (scores, truth) -> one value per ticket            their mean
    cell_metric     confusion counts (..., R, R), gold by top label    the value (...)
    table_metric    (scores, truth) -> one value                       that value, no interval
    label_metric    LabelTickets -> Part, for each label               the mean over the part
    routing_metric  RoutedTickets -> Part                              the mean over the part

The kind decides the interval, the paired difference and the test of a gate. The first three run
over tickets whose gold is a label, or, where the top score is judged as routing uses it, over all
scored tickets; a label metric runs over tickets whose gold is a label, a routing metric over all.

What a metric `needs` to know of each answer (its top label, the score of that, or every score) is
declared with it: of a table that says less it has no value, and nothing else has to be touched.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs
from ticketbench.core.registry import Registry
from ticketbench.core.types import (
    NEEDS,
    BoolArray,
    Estimate,
    FloatArray,
    IntArray,
    Known,
    tells,
)

if TYPE_CHECKING:
    from ticketbench.measure.calibration.corp import ScoreCells

Population = Literal["labelled", "scored"]
Form = Literal["share", "dice"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelTickets:
    """The n tickets whose gold is a label, as one label sees them: three marks on each.

    gold    it is their gold label
    top     it is their top label
    routed  they are routed, to whatever label
    """

    gold: BoolArray
    top: BoolArray
    routed: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class RoutedTickets:
    """All n scored tickets with their outcome (ROUTE, REVIEW or ESCALATE), and what each costs.

    right      whether the top label is the gold label; never for gold `__none__`
    needs_two  whether two or more labels fit; None where the dataset does not say
    missed     whose gold label an escalation would not ask; None where that has no price
    """

    outcome: IntArray
    right: BoolArray
    costs: Costs
    needs_two: BoolArray | None = None
    missed: BoolArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A value for each of n tickets, and which of them count; None: every ticket."""

    values: BoolArray | FloatArray
    among: BoolArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metric:
    """What every metric has.

    share      the value is a share of tickets (0 to 1, printed in percent)
    over       the tickets it is about: `labelled` (gold is a label) or all `scored` ones, where
               gold `__none__` is wrong whatever the top label
    low, high  the range of possible values, to which intervals are clipped
    needs      what has to be known of each answer
    """

    name: str
    title: str
    higher_is_better: bool = True
    share: bool = True
    over: Population = "labelled"
    low: float = 0.0
    high: float = 1.0
    needs: Known = "every score"

    def missing(self, known: Known) -> str:
        """Why there is no value where so much is `known` of each answer; empty where there is."""
        return "" if tells(known, self.needs) else NEEDS[self.needs]


PerTicket = Callable[[FloatArray, IntArray], FloatArray]
OfCells = Callable[[FloatArray], FloatArray]
OfTable = Callable[[FloatArray, IntArray], float]
OfTop = Callable[[FloatArray, BoolArray], float]
IntervalOfTop = Callable[[FloatArray, BoolArray, IntArray, int], Estimate]
InfluenceOfTop = Callable[[FloatArray, BoolArray], FloatArray]
OfCounted = Callable[["ScoreCells", "ScoreCells"], Estimate]
OfLabel = Callable[[LabelTickets], Part]
OfRouting = Callable[[RoutedTickets], Part]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TicketMetric(Metric):
    """A mean of one value per ticket.

    Over all `scored` tickets it promises to look at top label and top score alone: a baseline,
    which holds no other score, then has it too.
    """

    function: PerTicket

    def values(self, scores: FloatArray, truth: IntArray) -> FloatArray:
        """One value per ticket; InputError where a share has others than 0 and 1."""
        # Marks and small integers would wrap around where one side is taken from the other.
        values = np.asarray(self.function(scores, truth), dtype=np.float64)
        _refuse_other_than_hits(self, values)
        return values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellMetric(Metric):
    """A function of the confusion counts.

    gradient  its derivatives by each count, (R, R) -> (R, R); None: they are taken by differences
    """

    function: OfCells
    gradient: OfCells | None = None
    needs: Known = "top label"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableMetric(Metric):
    """A function of the whole table.

    interval   (top scores n, which are right n, groups n, seed) -> its value with an interval
    influence  (top scores n, which are right n) -> how the value moves with the weight of each
               ticket, mean 0; None: it can be neither compared with an interval nor gated
    by_chance  (top scores n, which are right n) -> by how much chance alone lifts the value above
               its true one, as that of a calibration error; None: not at all
    of_counts  (scores of all tickets, of one a group) -> its value from counted scores, with an
               interval where it has one; None: it is not told of a dataset in parts. For metrics
               over all scored tickets
    """

    function: OfTable
    interval: IntervalOfTop | None = None
    influence: InfluenceOfTop | None = None
    by_chance: OfTop | None = None
    of_counts: OfCounted | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelMetric(Metric):
    """A share of tickets about one label; each ticket is marked on its own.

    form  `share`: hits / counted; `dice`: 2·hits / (counted + hits), the overlap of two sets
          whose union is counted (Dice 1945)
    """

    function: OfLabel
    form: Form = "share"
    needs: Known = "top label"

    def missing(self, known: Known) -> str:
        """As of any metric; one that knows outcomes needs the score that they follow from."""
        if known == "top label" and self.knows_outcome:
            return NEEDS["top score"]
        return super(LabelMetric, self).missing(known)

    def part(self, tickets: LabelTickets) -> Part:
        """Hits among the tickets that count, as marks; InputError where they are something else."""
        return _kept(self, self.function(tickets))

    @property
    def counts_by_gold(self) -> bool:
        """Whether the gold label alone decides which tickets count, so both sides count alike."""
        among = self._marks()[1].reshape(2, 4)
        return bool(np.all(among == among[:, :1]))

    @property
    def knows_outcome(self) -> bool:
        """Whether it matters if a ticket is routed."""
        return any(np.any(marks[::2] != marks[1::2]) for marks in self._marks())

    def _marks(self) -> tuple[BoolArray, BoolArray]:
        """The function on a ticket of every possible kind: all that can be known of it."""
        gold, top, routed = np.array(list(product((False, True), repeat=3))).T
        part = self.part(LabelTickets(gold, top, routed))
        return np.asarray(part.values, dtype=np.bool_), counted(part)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoutingMetric(Metric):
    """A mean over tickets by what the policy does with them.

    priced            it needs the costs of the outcomes
    needs_all_labels  it needs to know every label that fits a ticket
    """

    function: OfRouting
    priced: bool = False
    needs_all_labels: bool = False
    needs: Known = "top score"

    def part(self, tickets: RoutedTickets) -> Part:
        """A value per ticket and which count; InputError where a share or mean cannot be so."""
        return _kept(self, self.function(tickets))


NOT_COMPARED = ("any_label_precision",)
"""What an evaluation shows beside the metrics, and nothing can compare or gate yet."""

RESERVED = ("ece", "coverage_at_target", *NOT_COMPARED)
"""Names that mean something else already, in gates, comparisons or pages."""

METRICS: Registry[Metric] = Registry("metric")
"""Every metric; `measure.metrics` fills it, so take it from there."""

M = TypeVar("M", bound=Metric)
F = TypeVar("F", bound=Callable[..., Any])


def registered(kind: type[M]) -> list[M]:
    """The metrics of one kind, in order of registration."""
    return [metric for metric in METRICS if isinstance(metric, kind)]


def routing_metrics(*, priced: bool, all_labels: bool) -> list[RoutingMetric]:
    """The routing metrics that can be told where costs, or all labels of a ticket, are known."""
    return [
        metric
        for metric in registered(RoutingMetric)
        if (priced or not metric.priced) and (all_labels or not metric.needs_all_labels)
    ]


def counted(part: Part) -> BoolArray:
    """Which tickets of a part count, as marks."""
    return np.ones(len(part.values), dtype=np.bool_) if part.among is None else part.among


def _kept(metric: LabelMetric | RoutingMetric, part: Part) -> Part:
    """`part` as every reader of it relies on; InputError where the metric does not keep it."""
    if part.among is not None and part.among.dtype != np.bool_:
        help_ = "`among` is one truth value per ticket"
        raise InputError(f"{metric.name} does not say which tickets count", help=help_)
    if not metric.share and part.among is not None:
        help_ = "leave `among` out, or count hits and register it as a share"
        raise InputError(f"{metric.name} is no share, so it is a mean over all tickets", help=help_)
    _refuse_other_than_hits(metric, part.values)
    return Part(part.values.astype(np.bool_), part.among) if metric.share else part


def _refuse_other_than_hits(metric: Metric, values: BoolArray | FloatArray) -> None:
    if metric.share and values.dtype != np.bool_ and not np.isin(values, (0, 1)).all():
        help_ = "register it with share=False, as a mean"
        raise InputError(f"{metric.name} is a share: its values are 0 or 1", help=help_)


def ticket_metric(
    name: str,
    *,
    title: str,
    higher_is_better: bool = True,
    share: bool = False,
    over: Population = "labelled",
    high: float = 1.0,
    needs: Known | None = None,
) -> Callable[[PerTicket], PerTicket]:
    """Register a mean of per-ticket values: (scores n x K, truth n) -> values n in [0, high].

    Where nothing is said, one over all scored tickets needs the top score, any other every score.
    """
    given: dict[str, Any] = {"higher_is_better": higher_is_better, "share": share, "over": over}
    given["high"] = high
    given["needs"] = needs or ("top score" if over == "scored" else "every score")
    return _registering(TicketMetric, name, title, given)


def cell_metric(
    name: str,
    *,
    title: str,
    higher_is_better: bool = True,
    share: bool = True,
    low: float = 0.0,
    gradient: OfCells | None = None,
) -> Callable[[OfCells], OfCells]:
    """Register a function of confusion counts, vectorised: (..., R, R) -> (...) in [low, 1]."""
    given: dict[str, Any] = {"higher_is_better": higher_is_better, "share": share, "low": low}
    given["gradient"] = gradient
    return _registering(CellMetric, name, title, given)


def table_metric(
    name: str,
    *,
    title: str,
    higher_is_better: bool = True,
    share: bool = False,
    over: Population = "labelled",
    interval: IntervalOfTop | None = None,
    influence: InfluenceOfTop | None = None,
    by_chance: OfTop | None = None,
    of_counts: OfCounted | None = None,
    needs: Known = "every score",
) -> Callable[[OfTable], OfTable]:
    """Register a function of the whole table: (scores n x K, truth n) -> float in [0, 1]."""
    given: dict[str, Any] = {"higher_is_better": higher_is_better, "share": share, "over": over}
    given["needs"] = needs
    given |= {"interval": interval, "influence": influence, "by_chance": by_chance}
    given["of_counts"] = of_counts
    return _registering(TableMetric, name, title, given)


def label_metric(
    name: str, *, title: str, higher_is_better: bool = True, form: Form = "share"
) -> Callable[[OfLabel], OfLabel]:
    """Register a share about one label: LabelTickets -> Part of hits among counted tickets.

    The marks of a ticket may depend on that ticket alone. A label no ticket counts for is NaN.
    """
    given = {"higher_is_better": higher_is_better, "form": form}
    return _registering(LabelMetric, name, title, given)


def routing_metric(
    name: str,
    *,
    title: str,
    higher_is_better: bool = True,
    share: bool = True,
    priced: bool = False,
    needs_all_labels: bool = False,
    needs: Known = "top score",
) -> Callable[[OfRouting], OfRouting]:
    """Register a mean by outcome: RoutedTickets -> Part.

    A share may be of some of the tickets; any other mean, of values >= 0, is over all of them.
    """
    given: dict[str, Any] = {"higher_is_better": higher_is_better, "share": share}
    given["over"] = "scored"
    given |= {"high": 1.0 if share else math.inf, "priced": priced}
    given |= {"needs_all_labels": needs_all_labels, "needs": needs}
    return _registering(RoutingMetric, name, title, given)


def _registering(
    kind: Callable[..., Metric], name: str, title: str, given: dict[str, Any]
) -> Callable[[F], F]:
    """The decorator; the function stays what it was, so it can be called."""
    if name in RESERVED:
        raise ValueError(f"the name {name!r} is taken by something else: choose another")
    return METRICS.register(
        name, entry=lambda function: kind(name=name, title=title, function=function, **given)
    )

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from tables import random_table
from ticketbench.core.errors import InputError
from ticketbench.core.policy import REVIEW, ROUTE, Costs
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.estimates import metric_results, part_estimate
from ticketbench.measure.kinds import (
    RESERVED,
    CellMetric,
    LabelMetric,
    LabelTickets,
    Metric,
    Part,
    RoutedTickets,
    RoutingMetric,
    TableMetric,
    TicketMetric,
    counted,
    label_metric,
    registered,
    routing_metric,
    ticket_metric,
)
from ticketbench.measure.metrics import METRICS, coverage, f1, precision, recall, routed_recall


@pytest.fixture(autouse=True)
def _registry_as_before() -> Iterator[None]:
    before = dict(METRICS._entries)
    yield
    METRICS._entries.clear()
    METRICS._entries.update(before)


def of_label(name: str) -> LabelMetric:
    metric = METRICS.get(name)
    assert isinstance(metric, LabelMetric)
    return metric


# Gold, top, routed: a hit that is routed, a hit in review, a miss, a false alarm, neither.
TICKETS = LabelTickets(
    gold=np.array([True, True, True, False, False]),
    top=np.array([True, True, False, True, False]),
    routed=np.array([True, False, True, True, True]),
)


def share(metric: LabelMetric) -> float:
    return part_estimate(metric, metric.part(TICKETS), np.arange(5)).value


@pytest.mark.parametrize(
    ("name", "value"),
    [("recall", 2 / 3), ("precision", 2 / 3), ("f1", 4 / 6), ("routed_recall", 1 / 3)],
)
def test_label_metrics_by_hand(name: str, value: float) -> None:
    assert share(of_label(name)) == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "by_outcome"),
    [("recall", False), ("precision", False), ("f1", False), ("routed_recall", True)],
)
def test_a_label_metric_knows_what_it_rests_on(name: str, by_outcome: bool) -> None:
    assert of_label(name).knows_outcome is by_outcome


def test_what_a_metric_rests_on_is_found_for_a_new_one() -> None:
    @label_metric("specificity", title="Specificity")
    def specificity(tickets: LabelTickets) -> Part:
        return Part(~tickets.top, among=~tickets.gold)

    @label_metric("routed_precision", title="Right among routed to it")
    def routed_precision(tickets: LabelTickets) -> Part:
        return Part(tickets.gold, among=tickets.top & tickets.routed)

    one, other = of_label("specificity"), of_label("routed_precision")
    assert (one.knows_outcome, other.knows_outcome) == (False, True)
    assert (share(one), share(other)) == (1 / 2, 1 / 2)


def test_a_share_or_overlap_of_nothing_is_undefined() -> None:
    nothing = LabelTickets(*np.zeros((3, 4), dtype=bool))
    for name in ("recall", "f1"):
        metric = of_label(name)
        assert not part_estimate(metric, metric.part(nothing), np.arange(4)).defined


def test_a_part_without_marks_counts_every_ticket() -> None:
    part = Part(np.array([0.5, 2.0]))
    assert counted(part).tolist() == [True, True]
    assert counted(recall(TICKETS)).tolist() == TICKETS.gold.tolist()


def test_a_decorated_function_can_still_be_called() -> None:
    tickets = RoutedTickets(np.array([ROUTE, REVIEW]), np.array([True, True]), Costs())
    assert coverage(tickets).values.tolist() == [True, False]
    for function in (precision, f1, routed_recall):
        assert len(function(TICKETS).values) == 5


def test_every_metric_is_of_one_kind_and_registered_in_order() -> None:
    kinds: tuple[type[Metric], ...] = (
        TicketMetric, CellMetric, TableMetric, LabelMetric, RoutingMetric,
    )  # fmt: skip
    found = [metric for kind in kinds for metric in registered(kind)]
    assert sorted(metric.name for metric in found) == sorted(METRICS.names())
    names = [metric.name for metric in registered(RoutingMetric)]
    assert names == [name for name in METRICS.names() if name in names]


def test_a_mean_of_routing_has_no_upper_end_and_a_share_has() -> None:
    @routing_metric("minutes", title="Minutes", share=False)
    def minutes(tickets: RoutedTickets) -> Part:
        return Part(3.0 * (tickets.outcome == REVIEW))

    known = {metric.name: metric for metric in registered(RoutingMetric)}
    assert (known["minutes"].high, known["coverage"].high) == (math.inf, 1.0)
    assert not known["minutes"].priced


ROUTED = RoutedTickets(np.array([ROUTE, REVIEW]), np.array([True, False]), Costs())


@pytest.mark.parametrize(
    ("part", "share", "words"),
    [
        (Part(np.array([1.0, 0.5])), True, "is a share: its values are 0 or 1"),
        (Part(np.array([1.0, 2.0])), True, "is a share: its values are 0 or 1"),
        (Part(np.array([1.0, 2.0]), np.array([True, False])), False, "a mean over all tickets"),
        (Part(np.array([True, True]), np.array([1, 0])), True, "which tickets count"),
    ],
)
def test_a_part_that_no_reader_could_rely_on_is_refused_by_name(
    part: Part, share: bool, words: str
) -> None:
    @routing_metric("odd", title="Odd", share=share)
    def odd(tickets: RoutedTickets) -> Part:
        return part

    (metric,) = (m for m in registered(RoutingMetric) if m.name == "odd")
    with pytest.raises(InputError, match=f"odd .*{words}"):
        metric.part(ROUTED)


def test_hits_written_as_numbers_are_marks() -> None:
    @routing_metric("right", title="Right")
    def right(tickets: RoutedTickets) -> Part:
        return Part(tickets.right.astype(float))

    (metric,) = (m for m in registered(RoutingMetric) if m.name == "right")
    assert metric.part(ROUTED).values.dtype == np.bool_


def test_a_share_of_tickets_has_values_of_0_and_1() -> None:
    @ticket_metric("credit", title="Credit", share=True)
    def credit(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
        return np.full(len(truth), 0.5)

    (metric,) = (m for m in registered(TicketMetric) if m.name == "credit")
    with pytest.raises(InputError, match="credit is a share"):
        metric.values(np.ones((2, 1)), np.zeros(2, dtype=np.int64))


@pytest.mark.parametrize("name", RESERVED)
def test_a_name_that_means_something_else_cannot_be_registered(name: str) -> None:
    with pytest.raises(ValueError, match="is taken"):
        ticket_metric(name, title="x")(lambda scores, truth: truth)
    assert name not in METRICS.names()


def test_a_metric_declares_what_it_needs_to_know_of_an_answer() -> None:
    @ticket_metric("margin", title="Margin")
    def margin(scores: FloatArray, truth: IntArray) -> FloatArray:
        return np.sort(scores, axis=1)[:, -1] - np.sort(scores, axis=1)[:, -2]

    @ticket_metric("is_first", title="First label", needs="top label")
    def is_first(scores: FloatArray, truth: IntArray) -> FloatArray:
        return np.asarray(np.argmax(scores, axis=1) == 0, dtype=np.float64)

    known = random_table(20).reduced("top score")
    found = {one.name: one.estimate for one in metric_results(known, seed=0)}
    assert found["margin"].method == "needs the score of every label"
    assert found["is_first"].value == (known.top == 0).mean()


def test_a_label_metric_that_knows_outcomes_needs_the_score_that_they_follow_from() -> None:
    assert of_label("recall").missing("top label") == ""
    assert of_label("routed_recall").missing("top label") == "needs the score of the top label"
    assert of_label("routed_recall").missing("top score") == ""


def test_what_an_escalation_finds_needs_every_score() -> None:
    assert METRICS.get("escalation_recall").missing("top score")
    assert not METRICS.get("coverage").missing("top score")

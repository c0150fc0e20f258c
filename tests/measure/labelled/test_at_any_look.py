"""What is promised of a verdict from few labels, on tickets that it has not seen."""

from __future__ import annotations

import math

import numpy as np
import pytest

from logs_with_labels import (
    at_stake,
    drawn_log,
    labelled_on,
    of_whole_customers,
    shuffled,
    up_to,
    without_gain,
)
from paired_tickets import answered
from ticketbench.measure.labelled.about_log import of_log
from ticketbench.measure.labelled.about_tickets import of_tickets
from ticketbench.measure.labelled.log import LabelledLog, of_customers
from ticketbench.measure.labelled.more import more_labels
from ticketbench.measure.labelled.order import About, order_of
from ticketbench.measure.labelled.release import fresh_tickets, release
from ticketbench.measure.labelled.targets import TARGETS
from ticketbench.measure.labelled.verdict import label_verdict
from ticketbench.measure.pairs.verdict import MARGIN

SEED = 20261220
RUNS = 200
SURE = ("better", "worse")

pytestmark = pytest.mark.evidence


def at_most(hits: int, limit: float, *, runs: int = RUNS) -> bool:
    """Whether a share of the runs is at most a limit plus two standard errors of it."""
    return hits / runs <= limit + 2 * math.sqrt(limit * (1 - limit) / runs)


@pytest.mark.parametrize("m", [40, 100])
@pytest.mark.parametrize(("shape", "n"), [("independent", 1000), ("Pareto", 2000)])
def test_a_labelled_part_is_unbiased_and_its_intervals_cover(shape: str, n: int, m: int) -> None:
    rng = np.random.default_rng([SEED, n, m])
    off = np.empty(RUNS)
    missed_log = missed_law = 0
    for run in range(RUNS):
        log = drawn_log(rng, n, differ=0.3, gain=0.05, shape=shape)
        part = up_to(log, m)
        here, ends, true = of_log(part), of_tickets(part).bounds(), float(log.gains.mean())
        missed_log += not here.low <= true <= here.high
        missed_law += not ends.low <= 0.05 <= ends.high
        off[run] = here.value - true
    assert abs(off.mean()) <= 3 * off.std() / math.sqrt(RUNS)
    assert at_most(missed_log, 0.07)
    assert at_most(missed_law, 0.07)


@pytest.mark.parametrize("left", [1, 2, 4])
def test_one_dear_ticket_of_the_last_is_covered(left: int) -> None:
    rng, runs = np.random.default_rng([SEED + 7, left]), 1_000
    missed = 0
    for _ in range(runs):
        gains = rng.choice([0.2, -0.8, 1.0, -1.0], p=[0.85, 0.1, 0.03, 0.02], size=100 + left)
        log = LabelledLog(gains, np.ones(100 + left, dtype=np.bool_), np.arange(100 + left), 1.0)
        here = of_log(up_to(log, 100))
        missed += not here.low - 1e-12 <= gains.mean() <= here.high + 1e-12
    assert at_most(missed, 0.07, runs=runs)


@pytest.mark.parametrize("target", TARGETS)
def test_sets_that_gain_nothing_are_rarely_called_better_or_worse_after_any_label(
    target: str,
) -> None:
    rng = np.random.default_rng([SEED + 1, len(target)])
    false = 0
    for _ in range(RUNS):
        log = without_gain(answered(rng, "Pareto", 300, changed=0.1), target)
        false += labelled_on(shuffled(rng, log), margin=MARGIN * log.most).outcome in SURE
    assert at_most(false, 0.05)


@pytest.mark.parametrize("target", TARGETS)
def test_a_gain_or_loss_of_the_margin_is_rarely_called_irrelevant_or_passed(target: str) -> None:
    rng = np.random.default_rng([SEED + 2, len(target)])
    false = passed = 0
    for _ in range(RUNS):
        tickets = answered(rng, "independent", 500, changed=0.1, loss=0.08)
        known, each = at_stake(tickets, target)
        log = shuffled(rng, LabelledLog(each, known.differs, tickets.groups, known.most))
        margin = -float(log.gains.mean())
        false += labelled_on(log, margin=margin).outcome == "no relevant difference"
        passed += label_verdict(up_to(log, log.n_differ - 1), margin=margin).gate == "pass"
    assert at_most(false, 0.025)
    assert at_most(passed, 0.05)


def said_in_an_order(rng: np.random.Generator, about: About, *, seed: int) -> tuple[str, float]:
    """The verdict on customers that change as a whole, up or down alike, and the log's own gain."""
    log = of_whole_customers(rng, np.full(160, 25), turning=0.2)
    order = order_of(log.groups, about=about, seed=seed)
    rows = order.rows
    placed = LabelledLog(log.gains[rows], log.differs[rows], log.groups[rows], log.most)
    return labelled_on(of_customers(placed, order)).outcome, float(log.gains.mean())


def test_customers_that_change_as_a_whole_fool_neither_order_about_what_it_speaks_of() -> None:
    rng = np.random.default_rng(SEED + 3)
    of_log_, of_others = [
        [said_in_an_order(rng, about, seed=run) for run in range(RUNS)]
        for about in ("log", "customers")
    ]
    against = sum(
        (said == "better" and gain <= 0) or (said == "worse" and gain >= 0)
        for said, gain in of_log_
    )
    assert at_most(against, 0.05)
    assert at_most(sum(said in SURE for said, _ in of_others), 0.05)
    assert sum(said in SURE for said, _ in of_log_) > RUNS / 2, "a log is not its customers"


def test_three_points_more_are_settled_within_two_hundred_labels() -> None:
    rng = np.random.default_rng(SEED + 4)
    late = 0
    for _ in range(RUNS):
        found = labelled_on(drawn_log(rng, 20_000, differ=0.1, gain=0.03))
        late += found.outcome != "better" or found.after > 200
    assert at_most(late, 0.05)


def test_labels_still_needed_lie_within_the_band_that_was_told() -> None:
    rng, runs = np.random.default_rng(SEED + 5), 40
    outside = n = 0
    while n < runs:
        log = drawn_log(rng, 1_000, differ=0.2, gain=0.0)
        part = up_to(log, 40)
        more = None if label_verdict(part).settled else more_labels(part, seed=n)
        if more is not None:
            n += 1
            outside += not more.low <= labelled_on(log).after - 40 <= more.high
    assert at_most(outside, 0.25, runs=runs)


def test_as_many_fresh_tickets_as_are_asked_for_let_an_equal_release_ship_and_no_worse_one() -> (
    None
):
    rng = np.random.default_rng(SEED + 6)
    n = fresh_tickets(turned=0.3, differ=0.4, budget=0.05).n
    held = shipped = 0
    for _ in range(RUNS):
        for loss in (0.0, 0.05):
            log = drawn_log(rng, n, differ=0.4, gain=-loss)
            ships = release(of_tickets(log), budget=0.05).outcome == "ships"
            held, shipped = held + (not ships and not loss), shipped + (ships and loss > 0)
    assert at_most(held, 0.15)
    assert at_most(shipped, 0.01)

"""Logs of which a part is labelled, made from plain lists and from simulated tickets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paired_tickets import COSTS, Answers, customer_sizes, judged_pair
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.labelled.order import About
from ticketbench.measure.labelled.targets import TARGETS, Stakes, gains, sides, stakes
from ticketbench.measure.labelled.verdict import LabelVerdict, label_verdict
from ticketbench.measure.pairs.verdict import MARGIN

Rng = np.random.Generator
Mark = float | str | None
"""A known gain, a label's gain as "+", "-" or "0", or None: it needs a label and has none."""

_OF_LABEL = {"+": 1.0, "-": -1.0, "0": 0.0}


def log_of(
    marks: Sequence[Mark],
    *,
    groups: Sequence[int] | None = None,
    most: float = 1.0,
    about: About = "log",
) -> LabelledLog:
    """A log in its order from a mark for each ticket; numbers are gains known without a label."""
    gain = [np.nan if m is None else _OF_LABEL[m] if isinstance(m, str) else m for m in marks]
    return LabelledLog(
        gains=np.array(gain, dtype=np.float64),
        differs=np.array([m is None or isinstance(m, str) for m in marks], dtype=np.bool_),
        groups=np.arange(len(marks)) if groups is None else np.array(groups),
        most=most,
        about=about,
    )


def drawn_log(
    rng: Rng, n: int, *, differ: float, gain: float, shape: str = "independent"
) -> LabelledLog:
    """About n tickets, all labelled: `differ` of them differ, the gain is truly `gain`.

    Of those that differ a quarter have a label that none of both gave. Customers of a `shape` as
    in paired_tickets turn more or less often, up to six times the mean.
    """
    sizes = customer_sizes(rng, shape, n)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    most = min(6.0, 0.98 / differ)
    alone = shape == "independent"
    rate = np.ones(len(sizes)) if alone else most * rng.beta(0.7, 0.7 * (most - 1), len(sizes))
    turned = 0.75 * differ
    lost, gained = (turned - gain) / 2, (turned + gain) / 2
    u = rng.random(len(groups)) / rate[groups]
    gains_ = np.where(u < lost, -1.0, np.where(u < lost + gained, 1.0, 0.0))
    return shuffled(rng, LabelledLog(gains_, u < differ, groups, 1.0))


def of_whole_customers(
    rng: Rng, sizes: IntArray, *, turning: float, gain: float = 0.0
) -> LabelledLog:
    """Customers of whom `turning` turn with all their tickets, in the order of customers.

    `gain` of all customers more turn up than down: what the average one gains.
    """
    down, up = (turning - gain) / 2, (turning + gain) / 2
    way = rng.choice([-1.0, 0.0, 1.0], p=[down, 1 - turning, up], size=len(sizes))
    gains_ = np.repeat(way, sizes)
    return LabelledLog(gains_, gains_ != 0, np.repeat(np.arange(len(sizes)), sizes), 1.0)


def without_gain(tickets: Answers, target: str) -> LabelledLog:
    """Simulated tickets, and these with the sides swapped: the gain is 0, to the last ticket."""
    known, each = at_stake(tickets, target)
    twice = np.concatenate([tickets.groups, tickets.groups])
    return LabelledLog(np.append(each, -each), np.tile(known.differs, 2), twice, known.most)


def shuffled(rng: Rng, log: LabelledLog) -> LabelledLog:
    """The same tickets in an order that says nothing."""
    return in_order(log, rng.permutation(log.n))


def labelled_on(log: LabelledLog, *, margin: float = MARGIN, at: int = 200) -> LabelVerdict:
    """The verdict of who labels from the top until it is settled, at the latest with the last one.

    Read in steps from `at` labels on; a step with all labels is the last, since then the gain is
    known and would hide what was said on the way.
    """
    for n_labels in (at, 4 * at, 16 * at, log.n_differ - 1):
        found = label_verdict(up_to(log, max(0, min(n_labels, log.n_differ - 1))), margin=margin)
        if found.settled:
            return found
    return label_verdict(log, margin=margin)


def up_to(log: LabelledLog, n_labels: int) -> LabelledLog:
    """The same log when only its first labels are there."""
    gains_ = log.gains.copy()
    gains_[np.flatnonzero(log.differs)[n_labels:]] = np.nan
    return LabelledLog(gains_, log.differs, log.groups, log.most, log.about)


def in_order(log: LabelledLog, rows: IntArray) -> LabelledLog:
    """The same tickets in another order."""
    return LabelledLog(
        log.gains[rows], log.differs[rows], log.groups[rows], log.most, about=log.about
    )


def at_stake(tickets: Answers, target: str) -> tuple[Stakes, FloatArray]:
    """What of simulated tickets is known without a label, and every gain with it."""
    of = sides(judged_pair(tickets))
    found = stakes(of, TARGETS[target], costs=COSTS)
    return found, gains(of, TARGETS[target], tickets.gold, costs=COSTS)

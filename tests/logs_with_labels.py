"""Logs of which a part is labelled, made from plain lists and from simulated tickets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paired_tickets import COSTS, Answers, judged_pair
from ticketbench.core.types import FloatArray
from ticketbench.measure.labelled.log import LabelledLog
from ticketbench.measure.labelled.order import About
from ticketbench.measure.labelled.targets import TARGETS, Stakes, gains, sides, stakes

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
    rng: np.random.Generator, n: int, *, differ: float, gain: float, neither: float = 0.25
) -> LabelledLog:
    """n tickets in random order, all labelled: `differ` of them differ, the gain truly `gain`.

    Of those that differ `neither` have a label that none of both gave.
    """
    turned = (1 - neither) * differ
    lost, gained = (turned - gain) / 2, (turned + gain) / 2
    u = rng.random(n)
    gains_ = np.where(u < lost, -1.0, np.where(u < lost + gained, 1.0, 0.0))
    return LabelledLog(gains_, (u < turned) | (u > 1 - (differ - turned)), np.arange(n), 1.0)


def up_to(log: LabelledLog, n_labels: int) -> LabelledLog:
    """The same log when only its first labels are there."""
    gains_ = log.gains.copy()
    gains_[np.flatnonzero(log.differs)[n_labels:]] = np.nan
    return LabelledLog(gains_, log.differs, log.groups, log.most, log.about)


def in_order(log: LabelledLog, rows: np.ndarray) -> LabelledLog:
    """The same tickets in another order."""
    return LabelledLog(
        log.gains[rows], log.differs[rows], log.groups[rows], log.most, about=log.about
    )


def at_stake(tickets: Answers, target: str) -> tuple[Stakes, FloatArray]:
    """What of simulated tickets is known without a label, and every gain with it."""
    of = sides(judged_pair(tickets))
    found = stakes(of, TARGETS[target], costs=COSTS)
    return found, gains(of, TARGETS[target], tickets.gold, costs=COSTS)

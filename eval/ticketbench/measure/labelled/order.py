"""In which order logged tickets are labelled, fixed before the first label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ticketbench.core.types import IntArray
from ticketbench.measure.statistics.groups import one_per_group

About = Literal["log", "customers"]
"""Whom a verdict speaks of: these logged tickets, or the average customer, of this log or another.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """All n tickets of a log in the order in which they are looked at.

    rows     row numbers, each once
    n_first  so many at the head are one ticket of each customer; 0 where the order is over tickets
    """

    rows: IntArray
    n_first: int

    @property
    def about(self) -> About:
        """Whom a verdict in this order speaks of."""
        return "customers" if self.n_first else "log"


def order_of(groups: IntArray, *, about: About, seed: int) -> Order:
    """A random order of n tickets; the same seed, the same order. No tickets: empty.

    `log`: every order of tickets is as likely as any other, so what is labelled from the top is a
    random part of the log, whatever its customers. `customers`: one random ticket of each customer
    comes first, customers in random order, then all others in random order: the head is a sample of
    customers, which the whole is not, since a large customer fills it.
    """
    n, rng = len(groups), np.random.default_rng(seed)
    if about == "log" or n == 0:
        return Order(rng.permutation(n), 0)
    first = one_per_group(groups, seed=seed)
    others = np.setdiff1d(np.arange(n), first, assume_unique=True)
    return Order(np.concatenate([rng.permutation(first), rng.permutation(others)]), len(first))

"""Simulated tickets whose scores are of known worth: laws that a threshold is tried on.

A law is a large set of tickets. Samples are drawn from it, whole customers at a time, and what a
threshold really does is counted on all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from ticketbench.core.types import BoolArray, FloatArray, IntArray
from ticketbench.measure.thresholds.tickets import OFF, Tickets

Rng = np.random.Generator
SIZE, CUSTOMERS = 200_000, 120_000
WHALE = 60


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """Tickets of customers that stand one after the other, `sizes` of each from row `first` on.

    scores      of the tickets that a threshold can route, descending
    wrong, routed          how many of the first so many are wrong, from 0 on, by ticket
    wrong_of, routed_of    the same where every customer counts once
    """

    tickets: Tickets
    sizes: IntArray
    first: IntArray
    escalate_above: float
    scores: FloatArray
    wrong: FloatArray
    routed: FloatArray
    wrong_of: FloatArray
    routed_of: FloatArray

    @classmethod
    def of(
        cls, tickets: Tickets, *, sizes: IntArray | None = None, escalate_above: float = OFF
    ) -> Law:
        """The law that these tickets are all of; independent ones without `sizes`."""
        sizes = np.ones(tickets.n, np.int64) if sizes is None else sizes
        weight = np.repeat(1 / sizes, sizes)
        order = np.argsort(-tickets.score, kind="stable")
        order = order[tickets.second[order] <= escalate_above]
        wrong = (~tickets.right[order]).astype(np.float64)
        sums = (wrong, np.ones(len(order)), wrong * weight[order], weight[order])
        first = np.cumsum(sizes) - sizes
        counts = map(_from_zero, sums)
        return cls(tickets, sizes, first, escalate_above, tickets.score[order], *counts)

    def draw(self, rng: Rng, n: int) -> Tickets:
        """At least `n` tickets of customers drawn with replacement."""
        picked = rng.integers(len(self.sizes), size=n)
        ends = np.cumsum(self.sizes[picked])
        picked = picked[: np.searchsorted(ends, n) + 1]
        sizes = self.sizes[picked]
        groups = np.repeat(np.arange(len(picked)), sizes)
        rows = np.arange(len(groups)) + np.repeat(
            self.first[picked] - (np.cumsum(sizes) - sizes), sizes
        )
        found = self.tickets.rows(rows)
        return Tickets(found.labels, found.top, found.score, found.second, found.gold, found.right,
                       groups)  # fmt: skip

    def _at(self, threshold: float) -> int:
        return int(np.searchsorted(-self.scores, -threshold, side="right"))

    def by_ticket(self, threshold: float) -> float:
        """True share wrong of what is routed; 0 of nothing."""
        at = self._at(threshold)
        return float(self.wrong[at] / max(self.routed[at], 1e-12))

    def by_customer(self, threshold: float) -> float:
        """The same on one ticket a customer."""
        at = self._at(threshold)
        return float(self.wrong_of[at] / max(self.routed_of[at], 1e-12))

    def coverage(self, threshold: float) -> float:
        """True share of the tickets that are routed."""
        return self._at(threshold) / self.tickets.n

    def attainable(self, risk: float) -> float:
        """The largest coverage with at most `risk` wrong, by ticket and by customer."""
        kept = (self.wrong <= risk * self.routed) & (self.wrong_of <= risk * self.routed_of)
        last = np.append(self.scores[1:] != self.scores[:-1], True)
        good = np.flatnonzero(kept[1:] & last)
        return float(good[-1] + 1) / self.tickets.n if len(good) else 0.0


def _from_zero(values: FloatArray) -> FloatArray:
    return np.concatenate([np.zeros(1), np.cumsum(values)])


# --- independent tickets -----------------------------------------------------------------------


def scored(score: FloatArray, right: BoolArray) -> Tickets:
    """Tickets of which nothing but the top score and its worth is known."""
    n = len(score)
    zeros = np.zeros(n)
    return Tickets(("a",), np.zeros(n, np.int64), score, zeros, zeros, right, np.arange(n))


def answered(
    rng: Rng,
    *,
    labels: int = 5,
    signal: float = 2.0,
    temperature: float = 1.0,
    none: float = 0.0,
    noise: float = 0.0,
) -> Tickets:
    """Softmax scores whose gold label stands out by `signal`; at temperature 1 they are calibrated.

    A share of `none` fits no label; of `noise` the gold label is not the true one.
    """
    gold = rng.integers(0, labels, SIZE)
    seen = rng.normal(size=(SIZE, labels))
    seen[np.arange(SIZE), gold] += signal
    unfit = rng.random(SIZE) < none
    seen[unfit] = 1.1 * rng.normal(size=(int(unfit.sum()), labels))
    scores = special.softmax(seen * signal / temperature, axis=1)
    right = (np.argmax(scores, axis=1) == gold) & ~unfit
    return scored(np.max(scores, axis=1), right ^ (rng.random(SIZE) < noise))


def rounded(tickets: Tickets, decimals: int) -> Tickets:
    """The tickets with their top score rounded."""
    return scored(tickets.score.round(decimals), tickets.right)


def bad_top(rng: Rng) -> Tickets:
    """Of the highest 3 % of scores 12 % more are wrong."""
    found = answered(rng, signal=2.2)
    worst = found.score > np.quantile(found.score, 0.97)
    return scored(found.score, found.right & ~(worst & (rng.random(SIZE) < 0.12)))


def by_place(rng: Rng, *, above: float, below: float) -> Tickets:
    """One share wrong in the upper half of the scores, another in the lower one."""
    score = rng.random(SIZE)
    return scored(score, rng.random(SIZE) >= np.where(score > 0.5, above, below))


@cache
def independent(risk: float, seed: int) -> dict[str, Law]:
    """Laws of scores; the last one is a step about `risk`."""
    rng = np.random.default_rng(seed)
    found = {
        "calibrated": answered(rng, signal=2.2),
        "weak": answered(rng, labels=4, signal=1.4),
        "12 labels": answered(rng, labels=12, signal=2.2),
        "over-confident": answered(rng, signal=1.8, temperature=0.4),
        "under-confident": answered(rng, signal=2.0, temperature=2.5),
        "2 decimals": rounded(answered(rng), 2),
        "1 decimal": rounded(answered(rng), 1),
        "8 % none": answered(rng, signal=2.2, none=0.08),
        "3 % label noise": answered(rng, signal=2.6, noise=0.03),
        "bad top 3 %": bad_top(rng),
        "step": by_place(rng, above=0.5 * risk, below=1.7 * risk),
    }
    return {name: Law.of(tickets) for name, tickets in found.items()}


@cache
def flat(risk: float, seed: int) -> dict[str, Law]:
    """Laws in which the score tells nothing and no threshold is better than `risk`."""
    rng = np.random.default_rng([seed, 1])
    shares = {"flat at the risk": risk, "flat at 1.3 of it": 1.3 * risk}
    return {name: Law.of(by_place(rng, above=share, below=share)) for name, share in shares.items()}


# --- customers -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Customers:
    """How often customers write, and how much harder those are who write more.

    effect  on the logit of being wrong, per log of the size; of a whale its own
    spread  of the customers' own difficulty, a standard deviation
    """

    shape: str
    effect: float = 0.0
    spread: float = 0.0


CUSTOMER_LAWS = {
    "no effect": Customers("pareto"),
    "customers differ": Customers("pareto", spread=1.0),
    "heavy are harder": Customers("pareto", effect=0.3, spread=0.5),
    "heavy are much harder": Customers("pareto", effect=0.8, spread=0.5),
    "heavy are easier": Customers("pareto", effect=-0.5, spread=0.5),
    "copies 1 to 6": Customers("copies"),
    "1 % whales": Customers("whales", effect=2.2, spread=0.3),
}


def sizes_of(rng: Rng, shape: str) -> IntArray:
    """How often each customer writes."""
    if shape == "copies":
        return rng.integers(1, 7, CUSTOMERS)
    if shape == "whales":
        return np.where(rng.random(CUSTOMERS) < 0.01, WHALE, rng.integers(1, 3, CUSTOMERS))
    return np.minimum(np.floor(rng.pareto(1.1, CUSTOMERS) + 1), WHALE).astype(np.int64)


@cache
def customers(name: str, seed: int) -> Law:
    """The law of one of `CUSTOMER_LAWS`: calibrated scores, moved by who writes."""
    law = CUSTOMER_LAWS[name]
    rng = np.random.default_rng([seed, 2, list(CUSTOMER_LAWS).index(name)])
    sizes = sizes_of(rng, law.shape)
    seen = rng.normal(size=(int(sizes.sum()), 5))
    seen[:, 0] += 2.2
    score = np.max(special.softmax(2.2 * seen, axis=1), axis=1)
    if law.shape == "whales":
        harder = law.effect * (sizes == WHALE)
    else:
        harder = law.effect * (np.log(sizes) - 0.5)
    own = np.repeat(harder + law.spread * rng.normal(size=CUSTOMERS), sizes)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    score = score[first] if law.shape == "copies" else score
    right = rng.random(len(score)) >= special.expit(np.log((1 - score + 1e-9) / score) + own)
    right = right[first] if law.shape == "copies" else right
    return Law.of(scored(score, right), sizes=sizes)


# --- several sets --------------------------------------------------------------------------


@cache
def equal_sets(k: int, seed: int) -> tuple[Law, ...]:
    """Sets that answer the same tickets, are equally good and agree in much."""
    rng = np.random.default_rng([seed, 3])
    gold, shared, found = rng.integers(0, 5, SIZE), rng.normal(size=(SIZE, 5)), []
    for _ in range(k):
        seen = np.sqrt(0.7) * shared + np.sqrt(0.3) * rng.normal(size=(SIZE, 5))
        seen[np.arange(SIZE), gold] += 1.6
        scores = special.softmax(1.6 * seen, axis=1)
        found.append(scored(np.max(scores, axis=1), np.argmax(scores, axis=1) == gold))
    return tuple(map(Law.of, found))

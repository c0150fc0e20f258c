"""Simulated tickets that two rubric sets answer: equally well, or with a loss that is known.

Both sets disturb the same hidden answers alike, so they are equal in every metric, not in accuracy
alone. A loss takes right answers from the candidate on top. Customers differ in how often they
write, in how hard they are, in how often their answers change, and in how much they lose.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import special

from ticketbench.core.policy import REVIEW, ROUTE, Costs
from ticketbench.core.types import BoolArray, FloatArray, IntArray, Provenance, ScoreTable
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.pairing import Judged, Pair

LABELS = ("a", "b", "c", "d")
SHARES = np.array([0.4, 0.3, 0.2, 0.1])
THRESHOLD = 0.65
COSTS = Costs(misroute=1.0, review=0.2, escalate=1.0)

SETTINGS = (
    ("independent", 100),
    ("independent", 400),
    ("independent", 1500),
    ("40 x 25", 1000),
    ("20 x 25", 500),
    ("Pareto", 1000),
    ("Pareto", 300),
    ("10 x 100", 1000),
)
"""Customers and tickets of the settings that the engine is judged in."""

GAINED = ("accuracy", "macro_f1", "precision", "selective_precision", "cost", "balanced_accuracy")
"""Metrics that can be lowered by a known number of points."""

_SIZES = {"40 x 25": 25, "20 x 25": 25, "10 x 100": 100}
_SHAPE = 0.7
_SKILL = 1.4
_LAW = 400_000
Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Tickets with their customer and gold label, and what base and candidate answered."""

    groups: IntArray
    gold: IntArray
    tops: tuple[IntArray, IntArray]
    scores: tuple[FloatArray, FloatArray]

    @property
    def right(self) -> tuple[BoolArray, BoolArray]:
        """Whether base and candidate are right."""
        return self.tops[0] == self.gold, self.tops[1] == self.gold


def answered(rng: Rng, shape: str, n: int, *, changed: float, loss: float = 0.0) -> Answers:
    """About n tickets; about `changed` of them turn right or wrong, `loss` of the right ones wrong.

    `shape` is a key of the settings; "strangers" are customers of one ticket each.
    """
    sizes = customer_sizes(rng, shape, n)
    groups, alike = np.repeat(np.arange(len(sizes)), sizes), shape == "independent"
    restless, unlucky = (_rates(rng, len(sizes), alike=alike)[groups] for _ in range(2))
    spread = 0.0 if alike else 0.7
    skill = special.expit(_SKILL + spread * rng.standard_normal(len(sizes)))[groups]
    gold = rng.choice(len(LABELS), len(groups), p=SHARES)
    hidden = _answer(rng, gold, skill)
    tops, scores = [], []
    for _ in range(2):
        anew = rng.random(len(gold)) < np.minimum(1, 1.6 * changed * restless)
        top, score = _answer(rng, gold, skill)
        near = np.clip(hidden[1] + 0.02 * rng.standard_normal(len(gold)), 0.31, 0.999)
        tops.append(np.where(anew, top, hidden[0]))
        scores.append(np.where(anew, score, near))
    lost = (rng.random(len(gold)) < np.minimum(1, loss * unlucky)) & (tops[1] == gold)
    tops[1] = np.where(lost, _other(rng, gold), tops[1])
    # Lost tickets are routed: a ticket in review does no harm.
    scores[1] = np.where(lost, np.maximum(scores[1], 0.7), scores[1])
    return Answers(groups, gold, (tops[0], tops[1]), (scores[0], scores[1]))


def customer_sizes(rng: Rng, shape: str, n: int) -> IntArray:
    """Tickets of each customer; more tickets come from more customers of the same kind."""
    if shape in ("independent", "strangers"):
        return np.ones(n, dtype=np.int64)
    if shape in _SIZES:
        return np.full(max(2, round(n / _SIZES[shape])), _SIZES[shape])
    drawn = np.minimum(60, 1 + rng.pareto(1.1, n).astype(np.int64))
    return drawn[: int(np.searchsorted(np.cumsum(drawn), n)) + 1]


def changes_of(tickets: Answers, metric: str) -> Change:
    """The gain of the candidate in one metric, through the engine; `precision` is that of `c`."""
    return gain_of(judged_pair(tickets), metric)


def gain_of(pair: Pair, metric: str) -> Change:
    """The same of tickets that are tables already."""
    label = "c" if metric == "precision" else ""
    return metric_change(METRICS.get(metric), pair, label=label, costs=COSTS).gain


def accuracy_of(tickets: Answers) -> Change:
    """The same of accuracy, without tables."""
    first, second = (right.astype(np.float64) for right in tickets.right)
    return of_means(first, second, tickets.groups)


def judged_pair(tickets: Answers) -> Pair:
    """Score tables of both sets, with tickets routed from a top score of 0.65 on."""
    n, k = len(tickets.gold), len(LABELS)
    sides = []
    for name, top, score in zip(("v1", "v2"), tickets.tops, tickets.scores, strict=True):
        rows = np.repeat(((1 - score) / (k - 1))[:, None], k, axis=1)
        rows[np.arange(n), top] = score
        origin = Provenance("simulated", "d", name, name, "local://none")
        table = ScoreTable(
            LABELS, LABELS, _ids(n), tickets.gold, tickets.groups, rows, None, (), origin
        )
        outcome = np.where(score >= THRESHOLD, ROUTE, REVIEW).astype(np.int64)
        sides.append(Judged(table, outcome))
    return sides[0], sides[1]


def loss_for(metric: str, points: float, shape: str, *, changed: float) -> float:
    """The loss with which the metric is truly `points` lower; it falls in proportion, nearly."""
    near = 1.25 * points
    fall = -true_gain(metric, shape, changed=changed, loss=near) if points else 1.0
    return near * points / fall


@cache
def true_gain(metric: str, shape: str, *, changed: float, loss: float, seed: int = 1) -> float:
    """The change of the metric on four times 400,000 tickets, less what they show by chance."""
    alone = "independent" if shape == "independent" else "strangers"
    seen = []
    for of in range(seed, seed + 4):
        worse, equal = (
            answered(np.random.default_rng(of), alone, _LAW, changed=changed, loss=x)
            for x in (loss, 0.0)
        )
        seen.append(changes_of(worse, metric).value - changes_of(equal, metric).value)
    return float(np.mean(seen))


@cache
def _ids(n: int) -> tuple[str, ...]:
    return tuple(f"{i:06d}" for i in range(n))


def _rates(rng: Rng, n: int, *, alike: bool) -> FloatArray:
    return np.ones(n) if alike else rng.gamma(_SHAPE, 1 / _SHAPE, n)


def _answer(rng: Rng, gold: IntArray, skill: FloatArray) -> tuple[IntArray, FloatArray]:
    right = rng.random(len(gold)) < skill
    sure = np.where(right, rng.beta(7, 2, len(gold)), rng.beta(4, 3, len(gold)))
    return np.where(right, gold, _other(rng, gold)), 0.31 + 0.69 * sure


def _other(rng: Rng, gold: IntArray) -> IntArray:
    return (gold + rng.integers(1, len(LABELS), len(gold))) % len(LABELS)

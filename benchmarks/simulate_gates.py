"""How often a gate on each metric is wrong: equal candidates that fail, worse ones that pass.

    python benchmarks/simulate_gates.py [RUNS]

Four labels, base right with probability 0.8, a ticket routed with 0.7 whether right or not. A worse
candidate is worse by exactly the margin in the metric of its row.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from ticketbench.core.policy import REVIEW, ROUTE, Costs
from ticketbench.core.types import Provenance, ScoreTable
from ticketbench.measure.gates.metrics import gate_metric
from ticketbench.measure.kinds import LabelMetric, Metric
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.pairing import Judged, Pair
from ticketbench.measure.pairs.verdict import not_worse

SEED = 20261201
LABELS = ("a", "b", "c", "d")
RIGHT, ROUTED = 0.80, 0.70
COSTS = Costs()

MARGINS = {
    "accuracy": 0.02,
    "recall": 0.05,
    "precision": 0.05,
    "f1": 0.05,
    "macro_f1": 0.02,
    "balanced_accuracy": 0.02,
    "mcc": 0.02 * 4 / 3,
    "coverage": 0.02,
    "selective_precision": 0.02,
    "cost": 0.02 * ROUTED * COSTS.misroute,
    "ece": 0.02,
}
"""What the metric loses when the candidate is right 0.02 less often (by label 0.05)."""


def side(rng: np.random.Generator, gold: np.ndarray, right: float, routed: float) -> Judged:
    """Answers that are right with one probability, and routed with another."""
    n, k = len(gold), len(LABELS)
    hit = rng.random(n) < right
    top = np.where(hit, gold, (gold + rng.integers(1, k, n)) % k)
    score = 0.80 + 0.001 * (rng.random(n) - 0.5)
    scores = np.repeat((1 - score)[:, None] / (k - 1), k, axis=1)
    scores[np.arange(n), top] = score
    table = ScoreTable(
        labels=LABELS,
        gold_labels=LABELS,
        ids=tuple(str(i) for i in range(n)),
        truth=gold,
        groups=np.arange(n),
        scores=scores,
        wanted=None,
        failures=(),
        provenance=Provenance("simulated", "d", "s", "r", "local://none"),
    )
    outcome = np.where(rng.random(n) < routed, ROUTE, REVIEW).astype(np.int64)
    return Judged(table, outcome)


def pair(rng: np.random.Generator, n: int, name: str, *, worse: bool) -> Pair:
    """Base and candidate on the same tickets; `worse` by the margin of the metric."""
    gold = rng.integers(0, len(LABELS), n)
    drop = 0.05 if name in ("recall", "precision", "f1") else 0.02
    right, routed = RIGHT, ROUTED
    if worse and name == "coverage":
        routed -= drop
    elif worse:
        right -= drop
    return side(rng, gold, RIGHT, ROUTED), side(rng, gold, right, routed)


def nearly_perfect(rng: np.random.Generator, n: int, *, worse: bool) -> Pair:
    """A label that the base never gets wrong, while every other label is answered anew.

    `a` has a tenth of the tickets; the worse candidate gives it to so many others that its
    precision is 0.05 lower.
    """
    gold = np.where(np.arange(n) < n // 10, 0, rng.integers(1, len(LABELS), n))
    tops = [np.where(rng.random(n) < RIGHT, gold, 1 + gold % (len(LABELS) - 1)) for _ in range(2)]
    base, candidate = (np.where(gold == 0, 0, top) for top in tops)
    if worse:
        others = np.flatnonzero(gold != 0)
        taken = others[rng.random(len(others)) < (n // 10) * 0.05 / 0.95 / len(others)]
        candidate[taken] = 0
    return answered(gold, base), answered(gold, candidate)


def rare_label(rng: np.random.Generator, n: int, *, worse: bool) -> Pair:
    """A label with 3 % of the tickets, which alone loses: macro-F1 falls by about 0.02."""
    gold = np.where(rng.random(n) < 0.03, 0, rng.integers(1, len(LABELS), n))
    sides = []
    for lost in (0.0, 0.12 if worse else 0.0):
        right = rng.random(n) < np.where(gold == 0, RIGHT - lost, RIGHT)
        sides.append(np.where(right, gold, 1 + gold % (len(LABELS) - 1)))
    return answered(gold, sides[0]), answered(gold, sides[1])


def answered(gold: np.ndarray, top: np.ndarray) -> Judged:
    """Tickets with these top labels, all routed."""
    found = side(np.random.default_rng(0), gold, 1.0, 1.0)
    scores = np.full((len(gold), len(LABELS)), 0.2 / (len(LABELS) - 1))
    scores[np.arange(len(gold)), top] = 0.8
    return Judged(replace(found.table, scores=scores), found.outcome)


HARD: dict[str, tuple[str, Callable[..., Pair]]] = {
    "precision, base never wrong": ("precision", nearly_perfect),
    "macro_f1, a label of 3 % loses": ("macro_f1", rare_label),
}


def judgement(metric: Metric, sides: Pair, margin: float) -> str:
    """Whether a loss of the margin is excluded, or shown, or neither."""
    label = "a" if isinstance(metric, LabelMetric) else ""
    return not_worse(metric_change(metric, sides, label=label, costs=COSTS).gain, margin=margin)


def share(count: int, runs: int, limit: float = 0.05) -> str:
    """A share, and whether it is within the limit and two standard errors."""
    holds = count / runs <= limit + 2 * math.sqrt(limit * (1 - limit) / runs)
    return f"{count / runs:.3f} | {'holds' if holds else 'FAILS'}"


def rows(runs: int) -> Iterator[str]:
    """One line a metric and size."""
    for name, margin in MARGINS.items():
        metric = gate_metric(name)
        for n in (200, 1000):
            rng = np.random.default_rng(SEED)
            outcomes = [
                [judgement(metric, pair(rng, n, name, worse=worse), margin) for _ in range(runs)]
                for worse in (False, True)
            ]
            failed, passed = outcomes[0].count("fail"), outcomes[1].count("pass")
            yield f"| {name} | {n} | {margin:.3g} | {share(failed, runs)} | {share(passed, runs)} |"


def hard_rows(runs: int) -> Iterator[str]:
    """The same where a bootstrap alone would be far too sure."""
    for title, (name, draw) in HARD.items():
        metric = gate_metric(name)
        for n in (300, 1000):
            rng = np.random.default_rng(SEED + 1)
            margin = 0.05 if isinstance(metric, LabelMetric) else 0.02
            outcomes = [
                [judgement(metric, draw(rng, n, worse=worse), margin) for _ in range(runs)]
                for worse in (False, True)
            ]
            wrong = outcomes[0].count("fail"), outcomes[1].count("pass")
            shares = " | ".join(share(count, runs) for count in wrong)
            yield f"| {title} | {n} | {margin:.3g} | {shares} |"


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(f"`python benchmarks/simulate_gates.py {runs}`, seed {SEED}.\n")
    print("| metric | n | margin | equal fails | at most 5 % | worse passes | at most 5 % |")
    print("|---|---|---|---|---|---|---|")
    for row in chain(rows(runs), hard_rows(runs)):
        print(row, flush=True)


if __name__ == "__main__":
    main()

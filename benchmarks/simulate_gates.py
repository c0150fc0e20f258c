"""How often a gate on each metric is wrong: equal candidates that fail, worse ones that pass; and
how often a pull request is green under each choice of `undecided`.

    python benchmarks/simulate_gates.py [RUNS]

Four labels, base right with probability 0.8, a ticket routed with 0.7 whether right or not. A worse
candidate is worse by exactly the margin in the metric of its row. A loss has to be shown in the
first table, as `undecided: pass` has it. In the other two the tickets are independent, and so large
a share of them turns, from right to wrong or back.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain

import numpy as np

from ticketbench.core.policy import REVIEW, ROUTE, Costs
from ticketbench.core.types import Provenance, ScoreTable
from ticketbench.measure.gates.metrics import gate_metric
from ticketbench.measure.gates.power import chances
from ticketbench.measure.gates.rule import Demand, Undecided, outcomes
from ticketbench.measure.kinds import LabelMetric, Metric
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.of_means import of_means
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


def share_of(count: int, runs: int, limit: float = 0.05) -> str:
    """A share, and whether it is within the limit and two standard errors."""
    holds = count / runs <= limit + 2 * math.sqrt(limit * (1 - limit) / runs)
    return f"{count / runs:.3f} | {'holds' if holds else 'FAILS'}"


def outcome(metric: Metric, sides: Pair, margin: float) -> str:
    """Of one gate, on the label `a` where the metric is about one; a loss has to be shown."""
    label = "a" if isinstance(metric, LabelMetric) else ""
    return not_worse(metric_change(metric, sides, label=label, costs=COSTS).gain, margin=margin)


def rows(runs: int) -> Iterator[str]:
    """One line a metric and size."""
    for name, margin in MARGINS.items():
        metric = gate_metric(name)
        for n in (200, 1000):
            rng = np.random.default_rng(SEED)
            failed = sum(
                outcome(metric, pair(rng, n, name, worse=False), margin) == "fail"
                for _ in range(runs)
            )
            passed = sum(
                outcome(metric, pair(rng, n, name, worse=True), margin) == "pass"
                for _ in range(runs)
            )
            shares = f"{share_of(failed, runs)} | {share_of(passed, runs)}"
            yield f"| {name} | {n} | {margin:.3g} | {shares} |"


def hard_rows(runs: int) -> Iterator[str]:
    """The same where a bootstrap alone would be far too sure."""
    for title, (name, draw) in HARD.items():
        metric = gate_metric(name)
        for n in (300, 1000):
            rng = np.random.default_rng(SEED + 1)
            margin = 0.05 if isinstance(metric, LabelMetric) else 0.02
            found = [
                [outcome(metric, draw(rng, n, worse=worse), margin) for _ in range(runs)]
                for worse in (False, True)
            ]
            wrong = found[0].count("fail"), found[1].count("pass")
            shares = " | ".join(share_of(count, runs) for count in wrong)
            yield f"| {title} | {n} | {margin:.3g} | {shares} |"


RULES: tuple[Undecided, ...] = ("pass", "warn", "fail")
TURNING = ((200, 0.20), (400, 0.12), (1000, 0.12), (1500, 0.06))
MARGIN = 0.02


@cache
def turned(lost: int, gained: int, n: int) -> Change:
    """So many of n independent tickets turned wrong, and right."""
    candidate = np.zeros(n)
    candidate[:lost], candidate[n - gained :] = -1, 1
    return of_means(np.zeros(n), candidate, np.arange(n))


@cache
def is_green(lost: int, gained: int, n: int, rule: Undecided) -> bool:
    """Whether one primary gate on the accuracy lets a pull request through."""
    (found,) = outcomes([Demand(turned(lost, gained, n), MARGIN, primary=True)], undecided=rule)
    return found == "pass" if rule == "fail" else found != "fail"


def drawn(rng: np.random.Generator, n: int, share: float, true: float, runs: int) -> np.ndarray:
    """Tickets lost and gained in every run, when `share` of them turns and the gain is `true`."""
    odds = [(share - true) / 2, (share + true) / 2, 1 - share]
    return rng.multinomial(n, odds, runs)[:, :2]


def green_rows(runs: int) -> Iterator[str]:
    """How often green, by size, true change and rule, beside what `gate --dry-run` says."""
    rng = np.random.default_rng(SEED + 2)
    for n, share in TURNING:
        spread = Change(0.0, n, n, 0, share / n, 1 / n, n - 1.0, (0.0, 0.0), "known")
        for k, true in enumerate((0.0, -0.02, -0.04)):
            counts = drawn(rng, n, share, true, runs).tolist()
            cells = []
            for rule in RULES:
                green = sum(is_green(lost, gained, n, rule) for lost, gained in counts) / runs
                said = chances(
                    spread, MARGIN, undecided=rule, primary=True, n_demands=1, step=1 / n
                )
                cells.append(f"{green:.3f} ({said[k].green:.2f})")
            yield f"| {n:,}, {100 * share:.0f} % | {100 * true:+.0f} | {' | '.join(cells)} |"


def ten_rows(runs: int) -> Iterator[str]:
    """Ten equal gates: how often one is red by the loss seen, and how often another one is."""
    rng = np.random.default_rng(SEED + 3)
    for n, share in ((1000, 0.06), (1000, 0.12)):
        primary = others = old = 0
        for _ in range(runs):
            gains = [turned(*counts, n) for counts in drawn(rng, n, share, 0.0, 10).tolist()]
            demands = [Demand(one, MARGIN, i == 0) for i, one in enumerate(gains)]
            found = outcomes(demands)
            primary += found[0] == "fail"
            others += "fail" in found[1:]
            old += "fail" in outcomes(demands, undecided="pass")
        cells = f"{old / runs:.3f} | {primary / runs:.3f} | {share_of(others, runs)}"
        yield f"| {n:,}, {100 * share:.0f} % | {cells} |"


def main() -> None:
    """Print the tables."""
    many = 4_000
    print(f"Green runs of {many:,}, seed {SEED + 2}; in brackets what `gate --dry-run` says.\n")
    print("| tickets, turned | true change | `pass` | `warn` | `fail` |")
    print("|---|---|---|---|---|")
    for row in green_rows(many):
        print(row, flush=True)
    print(f"\nTen equal gates, {many:,} runs, seed {SEED + 3}.\n")
    print("| tickets, turned | `pass`: any red | `warn`: the primary red | another red | |")
    print("|---|---|---|---|---|")
    for row in ten_rows(many):
        print(row, flush=True)
    print()
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    print(f"A loss has to be shown; {runs} runs, seed {SEED}.\n")
    print("| metric | n | margin | equal fails | at most 5 % | worse passes | at most 5 % |")
    print("|---|---|---|---|---|---|---|")
    for row in chain(rows(runs), hard_rows(runs)):
        print(row, flush=True)


if __name__ == "__main__":
    main()

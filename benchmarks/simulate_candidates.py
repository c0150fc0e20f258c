"""Several candidates: how often is one wrongly called better, and is the best what it seems?

    python benchmarks/simulate_candidates.py [RUNS, default 1000]

Independent tickets, of which the base has 80 % right; each candidate changes 12 % of them. Every
cell is a share of runs with its standard error, or a mean in points.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from simulate import Row, rate, show, within

from ticketbench.core.types import FloatArray
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.standing import PairVerdict, gains, unbeaten, verdicts

SEED = 20261214
BASE, CHANGED, LIMIT = 0.8, 0.12, 0.05

LAWS = {
    "one of three better": (0.05, 0.0, 0.0),
    "two of three, equally": (0.05, 0.05, 0.0),
    "three, better and better": (0.10, 0.06, 0.02),
    "one of six better": (0.05, 0.0, 0.0, 0.0, 0.0, 0.0),
    "six a little apart": (0.03, 0.025, 0.02, 0.015, 0.01, 0.005),
}
"""The true gains of the candidates."""

Rng = np.random.Generator


@dataclass
class Counted:
    """What happened in the runs of one setting."""

    alone: int = 0
    called: int = 0
    no_better: int = 0
    no_best: int = 0
    covered: int = 0
    led: list[int] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)
    true: list[float] = field(default_factory=list)


def simulated(rng: Rng, n: int, truths: Sequence[float], runs: int) -> Counted:
    """Candidates whose accuracy truly differs from that of the base by `truths`."""
    found = Counted()
    for _ in range(runs):
        base, candidates = answers(rng, n, truths)
        changes = [change(base, one) for one in candidates]
        better = [i for i, v in enumerate(verdicts(changes)) if v.outcome == "better"]
        pairs = compared(better, candidates)
        found.alone += any(one.bounds().low > 0 for one in changes)
        found.called += bool(better)
        found.no_better += any(truths[i] <= 0 for i in better)
        found.no_best += any(misjudged(pair, truths) for pair in pairs)
        found.led.append(len(unbeaten([str(i) for i in better], pairs)))
        every = gains([str(i) for i in range(len(truths))], changes)
        best = max(every, key=lambda gain: gain.seen.value)
        true = truths[int(best.rubric_set)]
        found.covered += best.seen.low <= true <= best.seen.high
        found.seen.append(best.seen.value)
        found.expected.append(best.expected)
        found.true.append(true)
    return found


def answers(rng: Rng, n: int, truths: Sequence[float]) -> tuple[FloatArray, list[FloatArray]]:
    """Which tickets the base has right, and which each candidate."""
    base = rng.random(n) < BASE
    candidates = []
    for gain in truths:
        lost, gained = (CHANGED - gain) / 2, (CHANGED + gain) / 2
        turned = rng.random(n) < np.where(base, lost / BASE, gained / (1 - BASE))
        candidates.append((base ^ turned).astype(np.float64))
    return base.astype(np.float64), candidates


def change(first: FloatArray, second: FloatArray) -> Change:
    """The change of the accuracy on independent tickets."""
    return of_means(first, second, np.arange(len(first)))


def compared(better: Sequence[int], candidates: Sequence[FloatArray]) -> list[PairVerdict]:
    """The verdicts on all pairs of the candidates found better."""
    pairs = list(combinations(better, 2))
    found = verdicts([change(candidates[a], candidates[b]) for a, b in pairs])
    return [PairVerdict(str(a), str(b), of) for (a, b), of in zip(pairs, found, strict=True)]


def misjudged(pair: PairVerdict, truths: Sequence[float]) -> bool:
    """Whether one is called better than the other without being it."""
    gain = truths[int(pair.candidate)] - truths[int(pair.base)]
    outcome = pair.verdict.outcome
    return (outcome == "better" and gain <= 0) or (outcome == "worse" and gain >= 0)


def mean(values: Sequence[float]) -> str:
    """A mean in signed points; a dash where there is none."""
    found = 100 * float(np.mean(values))
    return "–" if math.isnan(found) else f"{found:+.2f}"


def equal_rows(runs: int) -> Iterator[Row]:
    """Several candidates that are as good as the base."""
    for n in (200, 500):
        for k in (2, 5, 10, 20):
            found = simulated(np.random.default_rng([SEED, n, k]), n, [0.0] * k, runs)
            yield (
                str(k), str(n), rate(found.alone, runs), rate(found.called, runs),
                within(found.called, runs, LIMIT), mean(found.seen), mean(found.expected),
                rate(found.covered, runs), within(runs - found.covered, runs, LIMIT),
            )  # fmt: skip


def unequal_rows(runs: int) -> Iterator[Row]:
    """Candidates of which some are better."""
    for at, (name, truths) in enumerate(LAWS.items()):
        for n in (500, 2000):
            found = simulated(np.random.default_rng([SEED, n, 100 + at]), n, truths, runs)
            one, more = (sum(led == 1 for led in found.led), sum(led > 1 for led in found.led))
            yield (
                name, str(n), rate(one, runs), rate(more, runs),
                rate(found.no_better, runs), within(found.no_better, runs, LIMIT),
                rate(found.no_best, runs), within(found.no_best, runs, LIMIT),
                mean(found.seen), mean(found.expected), mean(found.true),
                rate(found.covered, runs), within(runs - found.covered, runs, LIMIT),
            )  # fmt: skip


def main() -> None:
    """Print both tables."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("## Several candidates")
    print(f"`python benchmarks/simulate_candidates.py {runs}`, seed {SEED}; gains in points.")
    best = ("best: seen", "expected", "its interval covers", "at least 95 %")
    show("As good as the base", SEED,
         ("candidates", "n", "any better, each alone", "any better", "at most 5 %", *best),
         equal_rows(runs))  # fmt: skip
    show("Some are better", SEED,
         ("candidates", "n", "one leads", "several lead", "wrongly better than the base",
          "at most 5 %", "wrongly better than another", "at most 5 %",
          "best: seen", "expected", "true", *best[2:]),
         unequal_rows(runs))  # fmt: skip


if __name__ == "__main__":
    main()

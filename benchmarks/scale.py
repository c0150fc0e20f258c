"""One whole evaluation and comparison at 10^4, 10^5 and 10^6 tickets: time and peak memory.

python benchmarks/scale.py [largest, default 1000000]

Beside it, in the same run: paired intervals of accuracy, macro-F1 and ECE by resampling rows in
numpy, measured over a few resamples and scaled to 2,000, against ours of every metric and label.
Each size runs in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time

import numpy as np

from ticketbench.core.types import Provenance, ScoreTable
from ticketbench.measure import metrics
from ticketbench.measure.calibration.bins import ece_equal_mass
from ticketbench.measure.compare import compare
from ticketbench.measure.counts import confusion
from ticketbench.measure.evaluate import evaluate
from ticketbench.measure.evaluation import Settings
from ticketbench.measure.pairs.changes import label_changes, metric_changes
from ticketbench.measure.pairs.pairing import judged, paired

LABELS = ("a", "b", "c", "d", "e", "f")
PRIORS = [0.39, 0.24, 0.16, 0.11, 0.07, 0.03]
RESAMPLES = 2000


def table(n: int, *, rubric_set: str, signal: float, seed: int) -> ScoreTable:
    """Softmax scores with six decimals whose gold label stands out by `signal`."""
    rng = np.random.default_rng(0)
    truth = rng.choice(len(LABELS), n, p=PRIORS).astype(np.int64)
    logits = 1.5 * rng.normal(size=(n, len(LABELS)))
    logits += 0.7 * np.random.default_rng(seed).normal(size=logits.shape)
    logits[np.arange(n), truth] += signal
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores = np.round(weights / weights.sum(axis=1, keepdims=True), 6)
    origin = Provenance("simulated", "0", rubric_set, rubric_set, "none")
    ids = tuple(str(i) for i in range(n))
    return ScoreTable(LABELS, LABELS, ids, truth, np.arange(n), scores, None, (), origin)


def by_rows(base: ScoreTable, candidate: ScoreTable, resamples: int) -> float:
    """Seconds for 2,000 resamples of row numbers, the three differences computed anew in each."""
    rng = np.random.default_rng(1)
    n = base.n_scored
    sides = [(t.right, t.top_score, confusion.cell_of_ticket(t)) for t in (base, candidate)]
    start = time.perf_counter()
    for _ in range(resamples):
        rows = rng.integers(n, size=n)
        for right, top, cell in sides:
            right[rows].mean()
            counts = np.bincount(cell[rows], minlength=36).reshape(6, 6).astype(float)
            metrics.macro_f1(counts)
            ece_equal_mass(top[rows], right[rows], bins=10)
    return (time.perf_counter() - start) * RESAMPLES / resamples


def by_change(base: ScoreTable, candidate: ScoreTable) -> float:
    """Seconds for the changes of every metric, and of every label metric of each label."""
    policy, costs = Settings().policy, Settings().costs
    pair = paired(judged(base, policy), judged(candidate, policy))
    start = time.perf_counter()
    metric_changes(pair, costs=costs, routed=True)
    label_changes(pair, routed=True)
    return time.perf_counter() - start


def measured(n: int) -> None:
    """Print one line of the table."""
    base = table(n, rubric_set="v1", signal=1.4, seed=1)
    candidate = table(n, rubric_set="v2", signal=1.6, seed=2)
    settings = Settings()
    warm = table(1000, rubric_set="v1", signal=1.5, seed=3)
    compare(warm, warm, policy=settings.policy, costs=settings.costs, min_precision=0.9)
    evaluate(warm, settings)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    evaluate(base, settings)
    evaluated = time.perf_counter() - start
    start = time.perf_counter()
    compare(base, candidate, policy=settings.policy, costs=settings.costs, min_precision=0.9)
    compared = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows, ours = by_rows(base, candidate, max(2, 200_000 // n)), by_change(base, candidate)
    print(
        f"| {n:,} | {evaluated:.1f} s | {compared:.1f} s | {before:.0f} MB | {peak:.0f} MB | "
        f"{rows:.1f} s | {ours:.2f} s | {rows / ours:.0f}x |",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print("| tickets | evaluate | compare | memory before | peak | rows | changes | ratio |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for n in (10_000, 100_000, 1_000_000):
        if n <= largest:
            process = multiprocessing.get_context("spawn").Process(target=measured, args=(n,))
            process.start()
            process.join()


if __name__ == "__main__":
    main()

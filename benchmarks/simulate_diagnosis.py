"""Rubric diagnosis: how often is a sound set flagged, and is a planted pair found?

    python benchmarks/simulate_diagnosis.py [RUNS, default 300]

Answers are drawn anew in each run, from the laws of tests/rubric_laws.py: 85 % right, errors spread
evenly; the planted pair has 25 points more, each way. Every cell is a share of runs with its
standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
from simulate import Row, rate, show, within

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from rubric_laws import PLANTED, answers, diagnosed, unrelated

SEED = 20261130
LABELS, TICKETS = (4, 6, 10), (200, 400, 1000)
MOST_FLAGGED = 0.05


def cells(runs: int) -> Iterator[Row]:
    """A row a number of labels and tickets, and what the right label scores where it is not first.

    How sharp scores are plays no part: it moves neither top labels nor the order of ratios.
    """
    for k, n, lost in product(LABELS, TICKETS, (False, True)):
        rng = np.random.default_rng([SEED, k, n, lost])
        even = first = found = 0
        for _ in range(runs):
            even += bool(diagnosed(answers(rng, n=n, k=k, lost=lost)).flagged)
            worst = diagnosed(answers(rng, n=n, k=k, lost=lost, planted=PLANTED)).pairs[0]
            hit = (worst.first, worst.second) == ("l0", "l1")
            first, found = first + hit, found + (hit and worst.flagged)
        yield (
            str(k), f"{n:,}", "as any other" if lost else "mostly second", rate(even, runs),
            within(even, runs, MOST_FLAGGED), rate(first, runs), rate(found, runs),
        )  # fmt: skip


def noise(runs: int) -> Iterator[Row]:
    """Scores that have nothing to do with the labels."""
    for k in LABELS:
        for n in TICKETS:
            rng = np.random.default_rng([SEED, k, n])
            flagged = sum(bool(diagnosed(unrelated(rng, n=n, k=k)).flagged) for _ in range(runs))
            yield str(k), f"{n:,}", rate(flagged, runs)


def main() -> None:
    """Print both tables."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print("## Which rubrics get in each other's way")
    print(f"`python benchmarks/simulate_diagnosis.py {runs}`")
    head: Row = (
        "labels", "tickets", "right label, where not first", "evenly spread: flagged",
        "at most 5 %", "planted: first", "first and flagged",
    )  # fmt: skip
    show("Errors spread evenly, and with a planted pair", SEED, head, cells(runs))
    head = ("labels", "tickets", "flagged")
    show("Scores unrelated to the labels", SEED, head, noise(runs))


if __name__ == "__main__":
    main()

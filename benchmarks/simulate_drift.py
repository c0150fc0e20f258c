"""Drift: how often is an unchanged week an alarm, and is a changed one found?

    python benchmarks/simulate_drift.py [RUNS, default 500]

Evaluation and week are drawn anew in each run, from the weeks of tests/drift_laws.py. Every cell is
a share of runs with its standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from simulate import Row, rate, show, within

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from drift_laws import LAWS, weeks
from ticketbench.measure.drift.alarm import LEVEL

SEED = 20261219
UNCHANGED = [(known, n) for known in (300, 400, 2000, 5000) for n in (500, 2000, 100_000)]
MOVED = [(300, 2000), (400, 500), (400, 2000), (2000, 2000), (2000, 100_000)]
FOUND = ("T 1.5", "one label +15 points")
LARGE, FEWEST_RUNS = 100_000, 60


def limit(known: int) -> float:
    """The share of false alarms that is accepted with so large an evaluation."""
    return 0.01 if known >= 2000 else 0.07


def unchanged(runs: int) -> Iterator[Row]:
    """Weeks from the law of the evaluation."""
    for known, n in UNCHANGED:
        of = weeks(SEED, known=known, n=n, law=LAWS["unchanged"], runs=runs)
        alarms = sum(one.alarm for one in of)
        without_floor = sum(min(one.scores_p, one.labels_p) < LEVEL for one in of)
        most = limit(known)
        yield (
            str(known), f"{n:,}", rate(without_floor, runs), rate(alarms, runs),
            f"{100 * most:g} %", within(alarms, runs, most),
        )  # fmt: skip


def moved(runs: int) -> Iterator[Row]:
    """Weeks from other laws."""
    for known, n in MOVED:
        few = runs if n < LARGE else max(FEWEST_RUNS, runs // 5)
        cells = []
        for name, law in LAWS.items():
            if name != "unchanged":
                found = weeks(SEED + 1, known=known, n=n, law=law, runs=few)
                cells.append(rate(sum(one.alarm for one in found), few))
        yield (str(known), f"{n:,}", str(few), *cells)


def main() -> None:
    """Print both tables."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    print("## Drift of a log")
    rule = f"one week, two tests, Holm at {100 * LEVEL:g} %"
    print(f"`python benchmarks/simulate_drift.py {runs}`; {rule}.")
    head: Row = ("evaluation", "week", "tests alone", "alarms", "at most", "")
    show("Nothing has changed", SEED, head, unchanged(runs))
    head = ("evaluation", "week", "runs", *(name for name in LAWS if name != "unchanged"))
    show("Something has", SEED + 1, head, moved(runs))


if __name__ == "__main__":
    main()

"""Predictions in Parquet parts, scored: CPU seconds and peak memory of the whole process.

python benchmarks/parts.py [tickets, default 10000000] [parts, default 20] [engine, default serial]

Scores are random, so figures are of time and memory only. The peak has to stay below 2 GiB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from cost import cost, ticketbench

MOST_MIB = 2048

MAKE = """
import sys, numpy as np, pyarrow as pa, pyarrow.parquet as pq
folder, part, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
labels = np.array(["account", "billing", "delivery", "order", "returns", "technical"])
rng = np.random.default_rng(part)
odds = np.exp(1.5 * rng.normal(size=(n, 6)))
scores = odds / odds.sum(axis=1, keepdims=True)
gold = (scores.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
columns = {"ticket_id": [f"t{part * n + i}" for i in range(n)], "label": labels[gold]}
columns |= {f"score_{x}": scores[:, k].round(6) for k, x in enumerate(labels)}
pq.write_table(pa.table(columns), f"{folder}/part-{part:04}.parquet")
"""
"""In a process of its own: the peak of a child begins with that of who starts it."""


def main(tickets: int = 10_000_000, parts: int = 20, engine: str = "serial") -> None:
    """Make the parts, score them, and print what that costs."""
    with tempfile.TemporaryDirectory() as folder:
        for part in range(parts):
            words = [sys.executable, "-c", MAKE, folder, str(part), str(tickets // parts)]
            subprocess.run(words, check=True)
        size = sum(one.stat().st_size for one in Path(folder).iterdir())
        found = cost(ticketbench("score", folder, "--engine", engine, "--json"))
    print(f"{tickets:,} x 6 in {parts} parts, {size / 1e6:,.0f} MB, {engine}:")
    print(
        f"  {found.cpu_s:.1f} s CPU, {found.wall_s:.1f} s, largest process {found.peak_mib:.0f} MiB"
    )
    if found.peak_mib > MOST_MIB:
        sys.exit(f"more than {MOST_MIB} MiB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:4])

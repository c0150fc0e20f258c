"""Predictions in Parquet parts, scored, or two such tables compared: CPU seconds and peak memory.

python benchmarks/parts.py [tickets, default 10000000] [parts, default 20] [engine, default serial]
    [score, or compare: the other side lies in another order; default score]

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
folder, side, part, n = sys.argv[1], *map(int, sys.argv[2:5])
labels = np.array(["account", "billing", "delivery", "order", "returns", "technical"])
rng = np.random.default_rng(part)
odds = np.exp(1.5 * rng.normal(size=(n, 6)))
scores = odds / odds.sum(axis=1, keepdims=True)
gold = (scores.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
if side:
    odds *= np.exp(0.5 * rng.normal(size=(n, 6)))
    scores = odds / odds.sum(axis=1, keepdims=True)
columns = {"ticket_id": [f"t{part * n + i}" for i in range(n)], "label": labels[gold]}
columns |= {f"score_{x}": scores[:, k].round(6) for k, x in enumerate(labels)}
found = pa.table(columns)
if side:
    found = found.take(rng.permutation(n))
pq.write_table(found, f"{folder}/part-{part:04}.parquet")
"""
"""In a process of its own: the peak of a child begins with that of who starts it."""


def main(
    tickets: int = 10_000_000, parts: int = 20, engine: str = "serial", verb: str = "score"
) -> None:
    """Make the parts, score or compare them, and print what that costs."""
    with tempfile.TemporaryDirectory() as folder:
        sides = [Path(folder, name) for name in ("a", "b")[: 1 + (verb == "compare")]]
        for side, own in enumerate(sides):
            own.mkdir()
            for part in range(parts):
                given = map(str, (own, side, part, tickets // parts))
                subprocess.run([sys.executable, "-c", MAKE, *given], check=True)
        size = sum(one.stat().st_size for own in sides for one in own.iterdir())
        found = cost(ticketbench(verb, *map(str, sides), "--engine", engine, "--json"))
    print(f"{verb} {tickets:,} x 6 in {parts} parts, {size / 1e6:,.0f} MB, {engine}:")
    print(
        f"  {found.cpu_s:.1f} s CPU, {found.wall_s:.1f} s, largest process {found.peak_mib:.0f} MiB"
    )
    if found.peak_mib > MOST_MIB:
        sys.exit(f"more than {MOST_MIB} MiB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:5])

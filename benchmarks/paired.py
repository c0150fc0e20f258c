"""A commit before against this one: the same jobs with both source trees in turn.

python benchmarks/paired.py BEFORE JOB[:TICKETS]... [--rounds 3]

BEFORE is a checkout of the other commit. Jobs: run, validate, score, compare, each on a made job of
so many tickets (100,000), and demo, `compare` of the demo's saved runs. Each tree works in a copy
of its own. Prints CPU and peak of both, the ratios round by round, and whether both printed the
same.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cost import ROOT, Command, Cost, in_turn, median, printed
from jobs import DEMO, JOBS, prepared


def spread(ratios: Sequence[float]) -> str:
    """Median and range."""
    return f"{statistics.median(ratios):.0%} ({min(ratios):.0%} to {max(ratios):.0%})"


def row(name: str, before: Sequence[Cost], after: Sequence[Cost]) -> str:
    """One line of the table."""
    pairs = list(zip(before, after, strict=True))
    old, new = median(before), median(after)
    cpu = spread([b.cpu_s / a.cpu_s for a, b in pairs])
    peak = spread([b.peak_mib / a.peak_mib for a, b in pairs])
    return (
        f"{name:>16}  CPU {old.cpu_s:.2f} -> {new.cpu_s:.2f} s, {cpu}  "
        f"peak {old.peak_mib:.0f} -> {new.peak_mib:.0f} MiB, {peak}"
    )


def pair(job: str, n: int, folder: Path, before: Path) -> tuple[Command, Command]:
    """The same command by each tree, in folders of their own."""
    own = folder / "after"
    command = prepared(job, n, own)
    shutil.copytree(own, folder / "before")

    def by(tree: Path, name: str) -> Command:
        sources = {"PYTHONPATH": str(tree / "eval")}
        return replace(command, folder=folder / name, variables=sources)

    return by(before, "before"), by(ROOT, "after")


def measured(asked: str, before: Path, rounds: int) -> str:
    """The line of one job, such as "run:100000"."""
    job, _, size = asked.partition(":")
    with tempfile.TemporaryDirectory() as folder:
        old, new = pair(job, int(size or 100_000), Path(folder), before)
        found = in_turn({"before": old, "after": new}, rounds=rounds)
        same = printed(old)[1] == printed(new)[1]
    return f"{row(asked, *found.values())}  printed {'the same' if same else 'something else'}"


def main() -> None:
    """Print a line for every job asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("jobs", nargs="+", metavar="JOB[:TICKETS]")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for asked in given.jobs:
        if asked.partition(":")[0] not in (*JOBS, DEMO):
            parser.error(f"no job {asked}: there are {', '.join((*JOBS, DEMO))}")
    for asked in given.jobs:
        print(measured(asked, given.before.resolve(), given.rounds), flush=True)


if __name__ == "__main__":
    main()

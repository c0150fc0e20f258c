"""Does the promise of a policy file hold for what a router then sends out? Seeds named.

    python benchmarks/simulate_router.py [--teams N] [--seed SEED]

A team labels tickets, exports a policy from their recorded answers and routes fresh ones with it:
files, export, loading and the decision are those that a user has, and nothing is sent. What is true
of a world is true of all of its tickets. 125 teams a line, 1,500 in all, ten minutes on one core.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from simulate import Row, rate, show, within

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from simulated_teams import CONFIDENCE, TARGET, WORLDS, teams


def rows(count: int, seed: int) -> Iterator[Row]:
    """Broken promises, how often there is one, and what is routed; then all teams together."""
    all_broken, lines = 0, 0
    for name in WORLDS:
        for n in (300, 1000):
            for copies in (False, True):
                found = teams(name, n, count, copies=copies, seed=seed)
                given = [one for one in found if one is not None]
                broken = sum(one.right < TARGET for one in given)
                all_broken, lines = all_broken + broken, lines + 1
                share = float(np.mean([one.share for one in given])) if given else math.nan
                yield (
                    name, f"{n:,}", "one to six of each text" if copies else "none",
                    f"{len(given) / count:.2f}", f"{share:.3f}" if given else "–",
                    rate(broken, count), within(broken, count, 1 - CONFIDENCE),
                )  # fmt: skip
    every = lines * count
    verdict = within(all_broken, every, 1 - CONFIDENCE)
    yield "all", "", "", "", "", rate(all_broken, every), verdict


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--teams", type=int, default=125)
    parser.add_argument("--seed", type=int, default=20261130)
    given = parser.parse_args()
    show(
        f"A policy file that promises {TARGET:.0%} right with {CONFIDENCE:.0%} confidence",
        given.seed,
        ("scores", "tickets", "copies", "promise given", "routed", "under the promise",
         "at most 0.10"),
        rows(given.teams, given.seed),
    )  # fmt: skip


if __name__ == "__main__":
    main()

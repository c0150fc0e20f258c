"""Gold taken over from the old router: how many verdicts are spoilt, and how few labels undo them?

    python benchmarks/simulate_fragility.py [RUNS, default 300]

The new set is truly better. On a share of the tickets the gold label is the old set's answer: of
these, tickets that the new set gained look lost. A verdict is spoilt where it is another one than
with the true labels. `undo` may never be above the wrong labels among the changed tickets, since
taking these back undoes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from ticketbench.core.types import BoolArray
from ticketbench.measure.pairs.fragility import Fragility, fragility
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import Outcome, outcome_of

SEED = 20261202
RIGHT_IN_BOTH = 0.7
LAWS = ((400, 0.12, 0.04), (800, 0.12, 0.04), (1_500, 0.20, 0.03))
"""Tickets, share on which exactly one set is right, and how much better the new one truly is."""
TAKEN_OVER = (0.03, 0.06, 0.10)
Row = tuple[str, ...]


def sides(
    rng: np.random.Generator, n: int, changed: float, better: float
) -> tuple[BoolArray, BoolArray]:
    """Which tickets base and candidate get right, by the true labels."""
    gained, lost = (changed + better) / 2, (changed - better) / 2
    shares = (gained, lost, RIGHT_IN_BOTH, 1 - changed - RIGHT_IN_BOTH)
    kind = rng.choice(4, n, p=shares)
    return (kind == 1) | (kind == 2), (kind == 0) | (kind == 2)


def judged(base: BoolArray, candidate: BoolArray) -> tuple[Outcome, Fragility]:
    """The verdict on independent tickets, and how fragile it is."""
    groups = np.arange(len(base))
    change = of_means(base.astype(float), candidate.astype(float), groups)
    return outcome_of(change), fragility(change, base, candidate, groups)


def row(runs: int, n: int, changed: float, better: float, share: float) -> Row:
    """One setting."""
    rng = np.random.default_rng([SEED, n, round(100 * share)])
    spoilt, sound, wrong, above = [], [], [], 0
    for _ in range(runs):
        base, candidate = sides(rng, n, changed, better)
        true, _ = judged(base, candidate)
        turned = candidate & ~base & (rng.random(n) < share)
        now, found = judged(base | turned, candidate & ~turned)
        if now == true:
            sound.append(found.undo)
            continue
        spoilt.append(found.undo)
        wrong.append(int(turned.sum()))
        above += not 0 < found.undo <= wrong[-1]
    return (
        f"{n:,}", f"{changed:.0%}", f"+{100 * better:g}", f"{share:.0%}",
        f"{len(spoilt) / runs:.2f}", f"{np.median(spoilt):g}", f"{np.median(wrong):g}",
        f"{above} of {len(spoilt)}", f"{np.median(sound):g}",
    )  # fmt: skip


def rows(runs: int) -> Iterator[Row]:
    """Every setting."""
    for n, changed, better in LAWS:
        for share in TAKEN_OVER:
            yield row(runs, n, changed, better, share)


def main() -> None:
    """Print the table in Markdown."""
    head = (
        "n", "changed", "truly better", "gold from the old router", "verdicts spoilt",
        "undo, spoilt (median)", "wrong among the changed (median)", "undo above these",
        "undo, sound (median)",
    )  # fmt: skip
    print(f"Seed {SEED}.\n\n| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for one in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 300):
        print("| " + " | ".join(one) + " |", flush=True)


if __name__ == "__main__":
    main()

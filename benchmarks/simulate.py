"""Do intervals hold on fresh data? Simulated tickets, seeds named.

python benchmarks/simulate.py [runs, default 1000]

Every line is a share of runs with its standard error, beside what was promised; docs/evidence.md
holds them. Changes between two sets: simulate_changes.py; thresholds: simulate_thresholds.py.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

import numpy as np
from scipy import special

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.estimates import on_used_cells
from ticketbench.measure.metrics import macro_f1
from ticketbench.measure.statistics import intervals, resampling

SEED = 20261123
PRIORS = np.array([0.39, 0.24, 0.16, 0.11, 0.07, 0.03])
GROUP_SIZES = np.array([1, 1, 1, 1, 2, 2, 3, 6])
Rng = np.random.Generator
Row = tuple[str, ...]


def rate(hits: int, runs: int) -> str:
    """A share of runs with its standard error."""
    share = hits / runs
    return f"{share:.3f} ± {math.sqrt(share * (1 - share) / runs):.3f}"


def within(hits: int, runs: int, limit: float) -> str:
    """Whether a share of runs is at most `limit` plus two standard errors of the limit."""
    return "holds" if hits / runs <= limit + 2 * math.sqrt(limit * (1 - limit) / runs) else "FAILS"


def show(title: str, seed: int, head: Row, rows: Iterator[Row]) -> None:
    """One table in Markdown."""
    print(f"\n## {title}\nSeed {seed}.\n")
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)


def grouped(rng: Rng, n: int) -> IntArray:
    """Group numbers of n tickets in groups of 1 to 6."""
    sizes = rng.choice(GROUP_SIZES, n)
    return np.repeat(np.arange(n), sizes)[:n]


def uneven(rng: Rng, n: int) -> IntArray:
    """One customer writes half of the tickets, the others one each."""
    return np.concatenate([np.zeros(n // 2, np.int64), np.arange(1, n - n // 2 + 1)])


def few(rng: Rng, n: int) -> IntArray:
    """Ten customers write equally often."""
    return np.arange(n) % 10


def alone(rng: Rng, n: int) -> IntArray:
    """Independent tickets."""
    return np.arange(n)


SHAPES = {"none": alone, "duplicates": grouped, "ten customers": few, "one has half": uneven}


# --- intervals -----------------------------------------------------------------------------


def wilson_rows() -> Iterator[Row]:
    """Exact coverage, all outcomes of the binomial weighted."""
    for n in (50, 200, 1000):
        for p in (0.5, 0.9, 0.95, 0.98):
            k = np.arange(n + 1)
            ends = [intervals.wilson(int(i), n) for i in k]
            inside = np.array([e.low <= p <= e.high for e in ends])
            weight = special.bdtr(k, n, p) - np.where(k > 0, special.bdtr(k - 1, n, p), 0)
            yield str(n), f"{p:g}", f"{weight[inside].sum():.3f}", "0.95"


def wilson_group_rows(runs: int) -> Iterator[Row]:
    """Coverage on the effective n: duplicates share nine tenths of their answers, customers a
    fifth.
    """
    rng = np.random.default_rng(SEED + 1)
    for shape, share in (("duplicates", 0.9), ("ten customers", 0.2), ("one has half", 0.2)):
        for n in (50, 200, 1000):
            inside = 0
            for _ in range(runs):
                groups = SHAPES[shape](rng, n)
                shared = (rng.random(n + 1) < 0.8)[groups]
                hits = np.where(rng.random(n) < share, shared, rng.random(n) < 0.8)
                found = intervals.share(hits, groups)
                inside += found.low <= 0.8 <= found.high
            yield shape, str(n), rate(inside, runs), "0.95"


def confusion_tickets(rng: Rng, n: int, law: FloatArray) -> IntArray:
    """Confusion cells of n tickets."""
    return rng.choice(36, n, p=law.ravel())


def bca_rows(runs: int) -> Iterator[Row]:
    """Coverage for macro-F1 with six unequal labels."""
    rng = np.random.default_rng(SEED + 2)
    law = 0.72 * np.diag(PRIORS) + 0.28 * np.outer(PRIORS, PRIORS)
    truth = float(macro_f1(law[None])[0])
    for n in (50, 200, 1000):
        inside = defined = 0
        for run in range(runs):
            cells = confusion_tickets(rng, n, law)
            drawn = resampling.units(cells, np.arange(n))
            ends = resampling.bca(drawn, on_used_cells(macro_f1, 6, drawn.used), seed=run)
            defined += not math.isnan(ends.low)
            inside += ends.low <= truth <= ends.high
        note = "labels under 20 tickets: flagged, not trusted" if n < 500 else ""
        yield str(n), rate(inside, defined), "0.95", note


def main() -> None:
    """Print every table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("# Evidence")
    print(f"`python benchmarks/simulate.py {runs}`: simulated tickets, no engine. ± is one")
    print("standard error; a promise holds when the share is at most the limit plus two of them.")
    show("Wilson interval of a share: exact coverage", 0, ("n", "p", "coverage", "promised"),
         wilson_rows())  # fmt: skip
    show("Wilson on the effective n, p = 0.8", SEED + 1,
         ("groups", "n", "coverage", "promised"), wilson_group_rows(runs))  # fmt: skip
    show("BCa interval of macro-F1, six unequal labels", SEED + 2,
         ("n", "coverage", "promised", "note"), bca_rows(runs))  # fmt: skip


if __name__ == "__main__":
    main()

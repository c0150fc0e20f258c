"""Do intervals and thresholds hold on fresh data? Simulated tickets, seeds named.

python benchmarks/simulate.py [runs, default 1000]

Every line is a share of runs with its standard error, beside what was promised; docs/evidence.md
holds them. Changes between two sets: simulate_changes.py.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator

import numpy as np
from scipy import special

from ticketbench.core.policy import Policy
from ticketbench.core.types import BoolArray, FloatArray, IntArray, Provenance, ScoreTable
from ticketbench.measure.estimates import on_used_cells
from ticketbench.measure.metrics import macro_f1
from ticketbench.measure.statistics import intervals, resampling
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.thresholds.certified import certified_policy_by_label, certified_threshold

SEED = 20261123
PRIORS = np.array([0.39, 0.24, 0.16, 0.11, 0.07, 0.03])
GROUP_SIZES = np.array([1, 1, 1, 1, 2, 2, 3, 6])
GRID = np.arange(99, 29, -1) / 100
RISK, DELTA = 0.05, 0.10
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


# --- certified thresholds ------------------------------------------------------------------

Scores = Callable[[Rng, int], tuple[FloatArray, FloatArray]]


def calibrated(rng: Rng, n: int) -> tuple[FloatArray, FloatArray]:
    """Top scores and their true chance of being right: the same."""
    c = 0.3 + 0.7 * rng.beta(4, 1, n)
    return c, c


def overconfident(rng: Rng, n: int) -> tuple[FloatArray, FloatArray]:
    """The true chance is lower than the score, most in the middle."""
    c = 0.3 + 0.7 * rng.beta(4, 1, n)
    return c, c**1.5


def true_risks(law: Scores) -> FloatArray:
    """The true error share above each threshold of the grid, from two million tickets."""
    c, p = law(np.random.default_rng(SEED + 3), 2_000_000)
    order = np.argsort(c)
    errors = np.cumsum((1 - p[order])[::-1])[::-1]
    first = np.searchsorted(c[order], GRID, side="left")
    return np.asarray(errors[first] / (len(c) - first))


def tickets(
    rng: Rng, n: int, law: Scores, *, copies: bool
) -> tuple[FloatArray, BoolArray, IntArray]:
    """Scores, whether right, groups; with copies whole groups are one ticket repeated."""
    groups = grouped(rng, n) if copies else np.arange(n)
    c, p = law(rng, n)
    right = rng.random(n) < p
    return c[groups], right[groups], groups


def naive(c: FloatArray, right: BoolArray) -> float:
    """The lowest threshold whose share right is on target here."""
    chosen = [t for t in GRID if (c >= t).any() and right[c >= t].mean() >= 1 - RISK]
    return min(chosen, default=math.nan)


def sgr(c: FloatArray, right: BoolArray) -> float:
    """Selection with guaranteed risk (Geifman & El-Yaniv 2017): bisection at delta / log2 n."""
    order = np.argsort(-c)
    wrong = np.cumsum(~right[order])
    low, high, found = 1, len(c), math.nan
    level = DELTA / math.ceil(math.log2(len(c)))
    for _ in range(math.ceil(math.log2(len(c)))):
        middle = (low + high + 1) // 2
        bound = special.betaincinv(wrong[middle - 1] + 1, middle - wrong[middle - 1], 1 - level)
        if bound <= RISK:
            low, found = middle, float(c[order[middle - 1]])
        else:
            high = middle - 1
        if low >= high:
            break
    return found


def certified_rows(runs: int) -> Iterator[Row]:
    """How often the true risk of the chosen threshold exceeds the promise."""
    rng = np.random.default_rng(SEED + 4)
    for law in (calibrated, overconfident):
        risks = true_risks(law)
        for copies in (False, True):
            for n in (200, 500, 2000):
                yield certified_row(rng, runs, law, risks, n, copies=copies)


def certified_row(
    rng: Rng, runs: int, law: Scores, risks: FloatArray, n: int, *, copies: bool
) -> Row:
    """One setting, the three rules on the same tickets."""
    broken = {"certified": 0, "naive": 0, "sgr": 0}
    covered = {"certified": 0.0, "naive": 0.0, "sgr": 0.0}
    for run in range(runs):
        c, right, groups = tickets(rng, n, law, copies=copies)
        rows = one_per_group(groups, seed=run)
        chosen = {
            "certified": certified_threshold(
                c[rows], right[rows], risk=RISK, delta=DELTA
            ).threshold,
            "naive": naive(c, right),
            "sgr": sgr(c[rows], right[rows]),
        }
        for name, t in chosen.items():
            if not math.isnan(t):
                broken[name] += float(np.interp(-t, -GRID, risks)) > RISK
                covered[name] += float((c >= t).mean())
    cells = [f"{rate(broken[k], runs)}, {covered[k] / runs:.3f}" for k in broken]
    kept = within(broken["certified"], runs, DELTA)
    return law.__name__, "copies" if copies else "none", str(n), *cells, kept


def label_table(rng: Rng, n: int, law: Scores, *, copies: bool) -> tuple[ScoreTable, IntArray]:
    """A table of four labels; the label decides nothing about the law."""
    c, right, groups = tickets(rng, n, law, copies=copies)
    top = rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])[groups]
    scores = np.repeat(((1 - c) / 3)[:, None], 4, axis=1)
    scores[np.arange(n), top] = c
    truth = np.where(right, top, (top + 1) % 4)
    names = ("a", "b", "c", "d")
    origin = Provenance("simulated", "0", "v1", "0", "none")
    ids = tuple(str(i) for i in range(n))
    return ScoreTable(names, names, ids, truth, groups, scores, None, (), origin), top


def label_rows(runs: int) -> Iterator[Row]:
    """How often any of four promises is broken; the policy escalates nothing here."""
    rng = np.random.default_rng(SEED + 5)
    for law in (calibrated, overconfident):
        risks = true_risks(law)
        for copies in (False, True):
            for n in (500, 2000):
                broken = promises = 0
                for run in range(runs):
                    table, _ = label_table(rng, n, law, copies=copies)
                    found = certified_policy_by_label(
                        table, Policy(escalate_above=1.0), risk=RISK, delta=DELTA, seed=run
                    )
                    kept = [label.threshold for label in found.labels if label.promise]
                    promises += len(kept)
                    broken += any(np.interp(-t, -GRID, risks) > RISK for t in kept)
                yield (
                    law.__name__, "copies" if copies else "none", str(n), rate(broken, runs),
                    f"{promises / runs:.2f} of 4", within(broken, runs, DELTA),
                )  # fmt: skip


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
    rules = tuple(f"{name}: broken, coverage" for name in ("certified", "naive", "SGR"))
    show("Certified threshold: 95 % right with 90 % confidence", SEED + 4,
         ("scores", "groups", "n", *rules, "certified"), certified_rows(runs))  # fmt: skip
    show("Certified per label: all promises together", SEED + 5,
         ("scores", "groups", "n", "any broken", "promises", "verdict"),
         label_rows(runs))  # fmt: skip


if __name__ == "__main__":
    main()

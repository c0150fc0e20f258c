"""Does an estimated mix of production hold what it says, and is it refused where it cannot?

    python benchmarks/simulate_mix.py [RUNS] [none|customers]

Four labels with noise around each, over-confident scores that favour the first label. Labelled
tickets and a log of the same size; the truth of the log from 200,000 of its tickets.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import NONE, Provenance, ScoreTable
from ticketbench.measure.sample.production_mix import estimated_mix

SEED = 20270114
LABELS = ("a", "b", "c", "d")
HERE, THERE = (0.4, 0.3, 0.2, 0.1), (0.15, 0.25, 0.25, 0.35)
CLEAR = 2.0
FAVOUR = np.linspace(1, -1, 4)
SIZES = (500, 1000)
POLICY = Policy(threshold=0.6, escalate_above=1.0)


@dataclass(frozen=True)
class Law:
    """Where tickets come from: mix of labels, share that no label fits, how clear each label is."""

    mix: tuple[float, ...] = HERE
    none: float = 0.0
    clear: tuple[float, ...] = (CLEAR,) * 4


def harder(by: float) -> tuple[float, ...]:
    """Every label less clear."""
    return (CLEAR - by,) * 4


FITTING = {
    "the same": (Law(), Law()),
    "another mix": (Law(), Law(THERE)),
    "another mix, 10 % no label": (Law(none=0.1), Law(THERE, 0.1)),
    "no label 10 % here, 25 % there": (Law(none=0.1), Law(THERE, 0.25)),
    "no label 10 % here, none there": (Law(none=0.1), Law(THERE)),
}
OTHER = {
    "slightly harder": (Law(), Law(THERE, clear=harder(0.2))),
    "harder": (Law(), Law(THERE, clear=harder(0.4))),
    "much harder": (Law(), Law(THERE, clear=harder(0.8))),
    "easier": (Law(), Law(THERE, clear=harder(-0.4))),
    "one label harder": (Law(), Law(THERE, clear=(*harder(0)[:3], CLEAR - 0.8))),
    "no label: 0 here, 5 % there": (Law(), Law(none=0.05)),
    "no label: 0 here, 10 % there": (Law(), Law(none=0.1)),
    "no label: 0 here, 20 % there": (Law(), Law(none=0.2)),
    "harder, no label 10 % there": (Law(), Law(THERE, 0.1, harder(0.4))),
    "harder, no label 10 % in both": (Law(none=0.1), Law(THERE, 0.1, harder(0.4))),
    "much harder, 10 % in both": (Law(none=0.1), Law(THERE, 0.1, harder(0.8))),
}


def tickets(rng: np.random.Generator, n: int, law: Law, *, customers: bool) -> ScoreTable:
    """Tickets of a law; customers write up to 15 each, of labels and in words of their own."""
    shares = np.append(np.array(law.mix) * (1 - law.none), law.none)
    groups = np.arange(n)
    seen = rng.normal(size=(n, 4))
    if customers:
        groups = np.repeat(groups, rng.choice([1, 1, 1, 2, 3, 8, 15], n))[:n]
        seen += 0.5 * rng.normal(size=(groups[-1] + 1, 4))[groups]
        own = rng.dirichlet(6 * shares + 1e-9, size=groups[-1] + 1)
        truth = (rng.random((n, 1)) > np.cumsum(own, axis=1)[groups]).sum(axis=1)
    else:
        truth = rng.choice(5, n, p=shares)
    truth = np.where(truth >= 4, NONE, truth)
    fits = np.flatnonzero(truth != NONE)
    seen[fits, truth[fits]] += np.array(law.clear)[truth[fits]]
    scores = special.softmax(3 * seen + FAVOUR, axis=1)
    origin = Provenance("simulated", "d", "s", "r", "local://none")
    ids = tuple(map(str, range(n)))
    return ScoreTable(LABELS, LABELS, ids, truth, groups, scores, None, (), origin)


def true_values(law: Law, *, customers: bool) -> tuple[float, ...]:
    """Accuracy, coverage and share right among routed of the law itself."""
    of = tickets(np.random.default_rng(SEED), 200_000, law, customers=customers)
    routed = POLICY.decide(of.scores, LABELS).outcome == ROUTE
    values = of.right[of.truth != NONE].mean(), routed.mean(), of.right[routed].mean()
    return tuple(float(value) for value in values)


def row(here: Law, there: Law, n: int, *, runs: int, customers: bool) -> str:
    """Share accepted; of these, how often each interval holds the truth, and its half-width."""
    truth = true_values(there, customers=customers)
    rng = np.random.default_rng(SEED + n)
    held, widths = [], []
    for _ in range(runs):
        labelled, log = (tickets(rng, n, law, customers=customers) for law in (here, there))
        found = estimated_mix(labelled, log.scores, log.groups, POLICY)
        if found.usable:
            of_each = (found.accuracy, found.coverage, found.selective_precision)
            held.append([e.low <= t <= e.high for e, t in zip(of_each, truth, strict=True)])
            widths.append((found.accuracy.high - found.accuracy.low) / 2)
    accepted = f"{len(held) / runs:.2f}"
    if len(held) < 10:
        return f"{accepted} | – | – | – | –"
    rates = " | ".join(f"{rate:.2f}" for rate in np.mean(held, axis=0))
    return f"{accepted} | {rates} | {np.mean(widths):.2f}"


def rows(runs: int, *, customers: bool) -> Iterator[str]:
    """One line a law and size: those that fit, then those that do not."""
    for title, (here, there) in (FITTING | OTHER).items():
        for n in SIZES:
            yield f"| {title} | {n} | {row(here, there, n, runs=runs, customers=customers)} |"


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    shape = sys.argv[2] if len(sys.argv) > 2 else "none"
    print(f"`python benchmarks/simulate_mix.py {runs} {shape}`, seed {SEED}.\n")
    print("| log | n of each | accepted | accuracy held | routed | right among routed | ± |")
    print("|---|---|---|---|---|---|---|")
    for line in rows(runs, customers=shape == "customers"):
        print(line, flush=True)


if __name__ == "__main__":
    main()

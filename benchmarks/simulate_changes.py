"""Does what a change says hold on fresh tickets? False alarms, coverage, slips, tickets needed.

python benchmarks/simulate_changes.py [runs, default 300]

Every figure comes from the functions that `compare` and `gate` call. The tickets are those of
tests/paired_tickets.py.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from simulate import Row, rate, show, within

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from paired_tickets import (
    GAINED,
    SETTINGS,
    accuracy_of,
    answered,
    changes_of,
    gain_of,
    judged_pair,
    loss_for,
    true_gain,
)
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.verdict import not_worse, outcome_of, verdict

SEED = 20261216
METRICS = (*GAINED, "augrc")
EQUAL = ("accuracy", "macro_f1", "selective_precision", "precision")
MARGIN = 0.02
AUGRC_LOSS = 0.03
SURE = ("better", "worse")


# --- false alarms, coverage, slips ---------------------------------------------------------


def engine_rows(runs: int, changed: float) -> Iterator[Row]:
    """One line a setting and metric."""
    for place, (shape, n) in enumerate(SETTINGS):
        rng = np.random.default_rng([SEED, place])
        alarms = dict.fromkeys(METRICS, 0)
        for _ in range(runs):
            pair = judged_pair(answered(rng, shape, n, changed=changed))
            for metric in METRICS:
                alarms[metric] += outcome_of(gain_of(pair, metric)) in SURE
        for metric, hits in alarms.items():
            alarm = rate(hits, runs), within(hits, runs, 0.05)
            yield shape, str(n), metric, *alarm, *drop_row(rng, runs, shape, n, metric, changed)


@cache
def law_of(metric: str, shape: str, changed: float) -> tuple[float, float]:
    """The loss of right tickets with which the metric falls by the margin, and its true change."""
    loss = AUGRC_LOSS if metric == "augrc" else loss_for(metric, MARGIN, shape, changed=changed)
    return loss, true_gain(metric, shape, changed=changed, loss=loss, seed=11)


def drop_row(
    rng: np.random.Generator, runs: int, shape: str, n: int, metric: str, changed: float
) -> Row:
    """How often the 95 % interval covers a drop of the margin, and how often that passes a gate."""
    loss, truth = law_of(metric, "independent" if shape == "independent" else "strangers", changed)
    covered = slipped = 0
    for _ in range(runs):
        worse = changes_of(answered(rng, shape, n, changed=changed, loss=loss), metric)
        ends = worse.bounds()
        covered += ends.low <= truth <= ends.high
        slipped += not_worse(worse) == "pass"
    missed = within(runs - covered, runs, 0.07)
    slip = ("-", "") if metric == "augrc" else (rate(slipped, runs), within(slipped, runs, 0.05))
    return rate(covered, runs), missed, *slip


def equal_rows(runs: int) -> Iterator[Row]:
    """Equal candidates through a gate with a margin of 2 points, 1,000 tickets."""
    for place, shape in enumerate(("independent", "40 x 25", "Pareto")):
        rng = np.random.default_rng([SEED + 1, place])
        passed = dict.fromkeys(EQUAL, 0)
        for _ in range(runs):
            pair = judged_pair(answered(rng, shape, 1000, changed=0.07))
            for metric in EQUAL:
                passed[metric] += not_worse(gain_of(pair, metric)) == "pass"
        yield shape, *(rate(hits, runs) for hits in passed.values())


# --- few changed tickets, several looks ----------------------------------------------------


@cache
def of_changed(gained: int, lost: int, n: int) -> Change:
    """The accuracy of n independent tickets."""
    first, second = np.ones(n), np.ones(n)
    first[:gained] = 0
    second[gained : gained + lost] = 0
    return of_means(first, second, np.arange(n))


@cache
def is_sure(gained: int, lost: int, n: int, level: float) -> bool:
    """Whether equal accuracy is excluded at the level."""
    return of_changed(gained, lost, n).p() < level


@cache
def passes(gained: int, lost: int, n: int) -> bool:
    """Whether a gate with a margin of 2 points passes."""
    return not_worse(of_changed(gained, lost, n)) == "pass"


def few_rows(runs: int) -> Iterator[Row]:
    """Equal sets of which few tickets change, and sets that only lose, by 2 points."""
    rng = np.random.default_rng(SEED + 2)
    for n, changed in ((100, 3), (200, 6), (400, 8), (1500, 12)):
        half = changed / n / 2
        drawn = rng.multinomial(n, [half, half, 1 - 2 * half], size=runs)
        alarms = sum(is_sure(int(b), int(c), n, 0.05) for b, c, _ in drawn)
        yield (
            f"equal, about {changed} change",
            str(n),
            rate(alarms, runs),
            within(alarms, runs, 0.05),
        )
    for n in (100, 150, 200, 400, 1000):
        slipped = sum(passes(0, int(c), n) for c in rng.binomial(n, MARGIN, size=runs))
        yield (
            "2 points lost, none gained: passes",
            str(n),
            rate(slipped, runs),
            within(slipped, runs, 0.05),
        )


def look_rows(runs: int) -> Iterator[Row]:
    """Equal sets looked at again and again while tickets come in; 12 % change."""
    rng = np.random.default_rng(SEED + 3)
    for looks in (1, 2, 5, 20):
        plain = planned = 0
        for _ in range(runs):
            each = rng.multinomial(2000 // looks, [0.06, 0.06, 0.88], size=looks)
            so_far = np.cumsum(each, axis=0)
            seen = [(int(b), int(c), int(b + c + rest)) for b, c, rest in so_far]
            plain += any(is_sure(*counts, 0.05) for counts in seen)
            planned += any(is_sure(*counts, 0.05 / looks) for counts in seen)
        yield str(looks), rate(plain, runs), rate(planned, runs), within(planned, runs, 0.05)


# --- tickets needed ------------------------------------------------------------------------


def needed_rows(runs: int) -> Iterator[Row]:
    """Pilots that cannot tell, and then as many fresh tickets as was said."""
    for place, (shape, n) in enumerate((("independent", 500), ("40 x 25", 1000), ("Pareto", 500))):
        alone = "independent" if shape == "independent" else "strangers"
        for points in (0.0, 0.005, 0.01, 0.015, 0.02, 0.03):
            rng = np.random.default_rng([SEED + 4, place, int(1000 * points)])
            loss = loss_for("accuracy", points, alone, changed=0.07)
            settled, median = after_needed(rng, runs, shape, n, loss)
            limit = 0.20 if shape == "independent" else 0.25
            yield (
                shape, str(n), f"{100 * points:g}", f"{median:,}", rate(settled, runs),
                within(runs - settled, runs, limit),
            )  # fmt: skip


def after_needed(
    rng: np.random.Generator, runs: int, shape: str, n: int, loss: float
) -> tuple[int, int]:
    """How many pilots were settled by the tickets that they asked for, and how many these were."""
    settled, asked = 0, []
    while len(asked) < runs:
        pilot = verdict(accuracy_of(answered(rng, shape, n, changed=0.07, loss=loss)))
        if pilot.outcome != "cannot tell" or not pilot.tickets_needed:
            continue
        asked.append(pilot.tickets_needed)
        fresh = answered(rng, shape, asked[-1], changed=0.07, loss=loss)
        settled += outcome_of(accuracy_of(fresh)) != "cannot tell"
    return settled, int(np.median(asked))


def main() -> None:
    """Print every table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print(f"`python benchmarks/simulate_changes.py {runs}`")
    head = ("customers", "tickets", "metric", "false alarms", "at most .05",
            "interval covers", "at least .93", "drop of 2 passes", "at most .05")  # fmt: skip
    for changed in (0.07, 0.02):
        show(f"Changes: about {100 * changed:g} % of the tickets change", SEED, head,
             engine_rows(runs, changed))  # fmt: skip
    show("An equal candidate passes a gate of 2 points, 1,000 tickets", SEED + 1,
         ("customers", *EQUAL), equal_rows(runs))  # fmt: skip
    show("Few changed tickets", SEED + 2, ("case", "tickets", "share", "at most .05"),
         few_rows(20_000))  # fmt: skip
    show("Several looks at equal sets", SEED + 3,
         ("looks", "ever better or worse", "at .05 / looks", "at most .05"),
         look_rows(10 * runs))  # fmt: skip
    show("Settled after the tickets needed", SEED + 4,
         ("customers", "pilot", "true points lost", "needed, median", "settled", "limit"),
         needed_rows(runs))  # fmt: skip


if __name__ == "__main__":
    main()

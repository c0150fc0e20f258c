"""Does a certified threshold keep its promise, and how often is there one? Seeds named.

    python benchmarks/simulate_thresholds.py [--runs N] [--only PART] [--seed SEED]

Parts: independent, customers, sets, labels. With TICKETBENCH_TEST_DATA also on public sets, from
which tickets are drawn with replacement: what is true of a set is true of all of its tickets.
"Before" is fixed-sequence testing on the grid .99, .98 ... with one ticket a customer.
Twenty minutes on one core.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from public_sets import public_tickets
from simulate import Row, rate, show, within

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from threshold_laws import (
    CUSTOMER_LAWS,
    Law,
    customers,
    equal_sets,
    flat,
    independent,
)
from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.core.types import IntArray
from ticketbench.measure.reference.fixed_sequence import fixed_sequence
from ticketbench.measure.statistics.groups import one_per_group
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.thresholds.certificate import Certificate, certificate
from ticketbench.measure.thresholds.choose import share_wrong_on
from ticketbench.measure.thresholds.promise_by_label import certified_by_label
from ticketbench.measure.thresholds.rules import Asked
from ticketbench.measure.thresholds.tickets import Tickets

DELTA = 0.10
RISKS = (0.10, 0.05)
LIMIT = 0.30
IN_REACH, HARDLY, SOUGHT = 0.25, 0.06, 0.10
BANDS = (
    ("under 6 %", 0.0, HARDLY),
    ("6 to 25 %", HARDLY, IN_REACH),
    ("over 25 %", IN_REACH, 1.01),
)
"""How much of a law a threshold could route, by name, from, and below."""
RUNS = {"independent": 400, "customers": 200, "sets": 400, "labels": 400}
WANTED_POWER = (
    ("clinc v2", 0.05, 0.87, 0.19),
    ("bitext v2", 0.10, 0.95, 0.46),
    ("over-confident", 0.10, 0.95, 0.40),
    ("step", 0.10, 0.92, 0.64),
    ("banking77 v2", 0.10, 0.93, 0.225),
)
POWER_SLACK = 0.05
FEW_GIVEN = 0.15
"""Laws with a certificate in fewer draws say little of what stands beside one."""


def certified(
    law: Law, drawn: Tickets, risk: float, *, delta: float = DELTA, seed: int = 0
) -> Certificate:
    """The certificate of a draw; the ticket of each customer is drawn by `seed`."""
    return certificate(drawn, escalate_above=law.escalate_above, risk=risk, delta=delta, seed=seed)


def before(law: Law, drawn: Tickets, risk: float) -> float:
    """The threshold of fixed-sequence testing, NaN where there is none."""
    rows = one_per_group(drawn.groups, seed=0)
    rows = rows[drawn.second[rows] <= law.escalate_above]
    return fixed_sequence(drawn.score[rows], drawn.right[rows], risk=risk, delta=DELTA)[0]


def broken(law: Law, threshold: float, risk: float) -> bool:
    """Whether more is wrong than promised, by ticket or by customer; of no promise: no."""
    if math.isnan(threshold):
        return False
    return max(law.by_ticket(threshold), law.by_customer(threshold)) > risk + 1e-9


def covered(law: Law, threshold: float) -> float:
    """True coverage; 0 without a threshold."""
    return 0.0 if math.isnan(threshold) else law.coverage(threshold)


# --- independent tickets -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of one law: before, now, and the figures of the printed threshold."""

    old_given: bool
    old_broken: bool
    old_coverage: float
    given: bool
    broken: bool
    coverage: float
    firm: bool
    no_use: bool
    coverage_holds: bool
    wrong_holds: bool
    optimism: float


@dataclass(frozen=True, slots=True)
class Cell:
    """All draws of one law at one risk and number of tickets."""

    name: str
    risk: float
    n: int
    attainable: float
    hopeless: bool
    draws: tuple[Draw, ...]

    def hits(self, field: str) -> int:
        """Draws of which `field` is true."""
        return sum(getattr(draw, field) for draw in self.draws)

    def mean(self, field: str) -> float:
        """Mean of `field` over all draws."""
        return float(np.mean([getattr(draw, field) for draw in self.draws]))

    def of_given(self, field: str) -> float:
        """Mean of `field` over the draws with a certificate."""
        return float(np.mean([getattr(draw, field) for draw in self.draws if draw.given]))


def judged(law: Law, drawn: Tickets, risk: float) -> Draw:
    """Both rules on one draw."""
    old, found = before(law, drawn, risk), certified(law, drawn, risk)
    given, holds = found.outlook == "certified", (False, False, 0.0)
    if given:
        policy = Policy(threshold=found.threshold, escalate_above=law.escalate_above)
        routed = share(drawn.decided(policy).outcome == ROUTE, drawn.groups)
        wrong, truth = share_wrong_on(drawn, policy), law.by_ticket(found.threshold)
        holds = (
            routed.low <= law.coverage(found.threshold) <= routed.high,
            wrong.low <= truth <= wrong.high,
            truth - wrong.value,
        )
    return Draw(
        not math.isnan(old), broken(law, old, risk), covered(law, old),
        given, broken(law, found.threshold, risk), covered(law, found.threshold),
        found.firm, found.outlook == "no use", *holds,
    )  # fmt: skip


@cache
def laws(risk: float, seed: int) -> dict[str, Law]:
    """Simulated laws, then public sets, then flat ones."""
    public = {
        name: Law.of(tickets, escalate_above=LIMIT) for name, tickets in public_tickets().items()
    }
    return independent(risk, seed) | public | flat(risk, seed)


@cache
def cells(runs: int, seed: int) -> tuple[Cell, ...]:
    """Every law at both risks, with 300, 1,000 and 3,000 tickets."""
    found = []
    for risk in RISKS:
        for place, (name, law) in enumerate(laws(risk, seed).items()):
            for n in (300, 1000, 3000):
                rng = np.random.default_rng([seed, round(1000 * risk), place, n])
                draws = tuple(judged(law, law.draw(rng, n), risk) for _ in range(runs))
                hopeless = name.startswith("flat")
                reach = 0.0 if hopeless else law.attainable(risk)
                found.append(Cell(name, risk, n, reach, hopeless, draws))
    return tuple(found)


def promise_rows(runs: int, seed: int, risk: float) -> Iterator[Row]:
    """Broken promises, certificates and coverage; of a flat law every certificate is broken."""
    for name in laws(risk, seed):
        of = [cell for cell in cells(runs, seed) if (cell.name, cell.risk) == (name, risk)]
        field = "given" if of[0].hopeless else "broken"
        figures = [
            ", ".join(
                (f"{cell.mean(before + field):.3f}", f"{cell.mean(before + 'given'):.2f}",
                 f"{cell.mean(before + 'coverage'):.3f}")
            )
            for cell in of for before in ("old_", "")
        ]  # fmt: skip
        failed = max(cell.hits(field) for cell in of)
        yield name, f"{of[0].attainable:.2f}", *figures, within(failed, runs, DELTA)


def power_rows(runs: int, seed: int) -> Iterator[Row]:
    """How often there is a certificate, and what it routes."""
    for name, risk, given, coverage in WANTED_POWER:
        for cell in cells(runs, seed):
            if (cell.name, cell.risk, cell.n) == (name, risk, 1000):
                reached = cell.mean("given"), cell.mean("coverage")
                good = all(
                    r >= w - POWER_SLACK for r, w in zip(reached, (given, coverage), strict=True)
                )
                yield (
                    name, f"{risk:g}", f"{cell.mean('old_given'):.2f}, "
                    f"{cell.mean('old_coverage'):.3f}", f"{reached[0]:.2f}, {reached[1]:.3f}",
                    f"{given:.2f}, {coverage:.3f}", "holds" if good else "FAILS",
                )  # fmt: skip


def band_rows(runs: int, seed: int) -> Iterator[Row]:
    """Laws together, by how much could be routed: the worst promise, and the mean of the rest."""
    for risk in RISKS:
        for n in (300, 1000, 3000):
            for title, low, high in BANDS:
                found = [
                    cell
                    for cell in cells(runs, seed)
                    if not cell.hopeless
                    and (cell.risk, cell.n) == (risk, n)
                    and low <= cell.attainable < high
                ]
                if found:
                    yield f"{risk:g}", f"{n:,}", f"{title} ({len(found)})", *_band(found)


def _band(found: Sequence[Cell]) -> Row:
    figures = []
    for prefix in ("old_", ""):
        worst = max(cell.mean(prefix + "broken") for cell in found)
        given = np.mean([cell.mean(prefix + "given") for cell in found])
        part = [cell.mean(prefix + "coverage") / cell.attainable for cell in found
                if cell.attainable]  # fmt: skip
        figures.append(f"{worst:.3f}, {given:.2f}, {np.mean(part) if part else 0:.2f}")
    return (*figures, f"{np.mean([cell.mean('firm') for cell in found]):.2f}")


def firm_rows(runs: int, seed: int) -> Iterator[Row]:
    """Firm certificates: rare where there can be none, usual where a quarter can be routed."""
    for risk in RISKS:
        for n in (300, 1000, 3000):
            of = [cell for cell in cells(runs, seed) if (cell.risk, cell.n) == (risk, n)]
            none = [cell for cell in of if cell.attainable < HARDLY]
            near = [cell for cell in of if cell.attainable >= IN_REACH]
            worst = max(none, key=lambda cell: cell.hits("firm"))
            given, firm = (float(np.mean([cell.mean(field) for cell in near]))
                           for field in ("given", "firm"))  # fmt: skip
            wanted = (risk, n) == (0.10, 1000)
            good = within(worst.hits("firm"), runs, DELTA / 5)
            yield (
                f"{risk:g}", f"{n:,}", f"{max(cell.mean('given') for cell in none):.3f}",
                rate(worst.hits("firm"), runs), good, f"{given:.2f}", f"{firm:.2f}",
                ("holds" if firm >= 0.80 else "FAILS") if wanted else "",
            )  # fmt: skip


def interval_rows(runs: int, seed: int) -> Iterator[Row]:
    """Whether the figures beside a certified threshold hold, where a quarter can be routed."""
    for risk in RISKS:
        for n in (300, 1000, 3000):
            near = [cell for cell in cells(runs, seed) if (cell.risk, cell.n) == (risk, n)
                    and cell.attainable >= IN_REACH
                    and cell.mean("given") >= FEW_GIVEN]  # fmt: skip
            if near:
                yield f"{risk:g}", f"{n:,}", str(len(near)), *_held(near)


def _held(near: Sequence[Cell]) -> Row:
    coverage = [cell.of_given("coverage_holds") for cell in near]
    wrong = [cell.of_given("wrong_holds") for cell in near]
    optimism = float(np.mean([cell.of_given("optimism") for cell in near]))
    good = min(np.mean(coverage), np.mean(wrong)) >= 0.92
    return (
        f"{np.mean(coverage):.3f} ({min(coverage):.2f})",
        f"{np.mean(wrong):.3f} ({min(wrong):.2f})",
        f"{100 * optimism:+.2f}",
        "holds" if good else "FAILS",
    )


def no_use_rows(runs: int, seed: int) -> Iterator[Row]:
    """How often more tickets are said to be of no use, where a tenth could be routed and not."""
    for risk in RISKS:
        for n in (300, 1000, 3000):
            of = [cell for cell in cells(runs, seed) if (cell.risk, cell.n) == (risk, n)]
            for title, there in (("a tenth or more", True), ("less", False)):
                found = [cell for cell in of if (cell.attainable >= SOUGHT) == there]
                none = sum(len(cell.draws) - cell.hits("given") for cell in found)
                said = sum(cell.hits("no_use") for cell in found)
                verdict = ("holds" if said <= 0.05 * none else "FAILS") if there else ""
                yield (
                    f"{risk:g}", f"{n:,}", title, f"{none:,}", rate(said, max(none, 1)),
                    "at most 0.05" if there else "", verdict,
                )  # fmt: skip


def independent_part(runs: int, seed: int) -> None:
    """Print the tables of independent tickets, all from the same draws."""
    of_each = [f"{n} {when}" for n in ("300", "1,000", "3,000") for when in ("before", "now")]
    for risk in RISKS:
        show(f"Independent tickets: {100 - 100 * risk:g} % right with 90 % confidence", seed,
             ("scores", "attainable", *of_each, "at most 0.10"),
             promise_rows(runs, seed, risk))  # fmt: skip
    show("The same together", seed,
         ("risk", "n", "could be routed (laws)", "before: worst, given, coverage of attainable",
          "now", "firm"), band_rows(runs, seed))  # fmt: skip
    show("How often there is a certificate, n 1,000", seed,
         ("scores", "risk", "before: given, coverage", "now", "wanted, ± 0.05", ""),
         power_rows(runs, seed))  # fmt: skip
    show("Firm certificates", seed,
         ("risk", "n", "under 6 %: given, at most", "firm, at most", "at most 0.02",
          "over 25 %: given", "firm", "at least 0.80"), firm_rows(runs, seed))  # fmt: skip
    show("Figures beside a certified threshold", seed,
         ("risk", "n", "laws", "coverage holds (lowest)", "share wrong holds (lowest)",
          "share wrong too low, points", "at least 0.92"), interval_rows(runs, seed))  # fmt: skip
    show("Said to be of no use", seed,
         ("risk", "n", "could be routed", "draws without a certificate", "said", "wanted", ""),
         no_use_rows(runs, seed))  # fmt: skip


# --- customers -----------------------------------------------------------------------------


def customer_rows(runs: int, seed: int) -> Iterator[Row]:
    """Broken by ticket and by customer, the larger one judged."""
    for risk in RISKS:
        for n in (500, 2000):
            for place, name in enumerate(CUSTOMER_LAWS):
                rng = np.random.default_rng([seed, round(1000 * risk), 50 + place, n])
                yield customer_row(rng, name, risk, n, runs=runs, seed=seed)


def customer_row(rng: np.random.Generator, name: str, risk: float, n: int, *, runs: int,
                 seed: int) -> Row:  # fmt: skip
    """One law of customers."""
    law = customers(name, seed)
    old, old_given, failed, given, coverage = 0, 0, np.zeros(2, int), 0, 0.0
    for run in range(runs):
        drawn = law.draw(rng, n)
        was, now = before(law, drawn, risk), certified(law, drawn, risk, seed=run).threshold
        old, old_given = old + broken(law, was, risk), old_given + (not math.isnan(was))
        if not math.isnan(now):
            given, coverage = given + 1, coverage + law.coverage(now)
            failed += np.array([law.by_ticket(now), law.by_customer(now)]) > risk + 1e-9
    enough = (name, risk, n) != ("no effect", 0.10, 2000) or coverage / runs >= 0.70
    verdict = within(int(failed.max()), runs, DELTA) if enough else "FAILS: coverage"
    return (
        f"{risk:g}", f"{n:,}", name, f"{law.attainable(risk):.2f}",
        f"{old / runs:.3f}, {old_given / runs:.2f}", rate(int(failed[0]), runs),
        rate(int(failed[1]), runs), f"{given / runs:.2f}, {coverage / runs:.3f}", verdict,
    )  # fmt: skip


def customers_part(runs: int, seed: int) -> None:
    """Print the table of customers."""
    show("Customers: broken by ticket and by customer", seed,
         ("risk", "n", "customers", "attainable", "before: broken, given", "broken by ticket",
          "by customer", "given, coverage", "at most 0.10"), customer_rows(runs, seed))  # fmt: skip


# --- several promises ----------------------------------------------------------------------


def set_rows(runs: int, seed: int) -> Iterator[Row]:
    """The best of k equally good sets, each with its part of what may go wrong."""
    sets = equal_sets(8, seed)
    for risk in RISKS:
        for n in (300, 1000):
            for k in (1, 2, 4, 8):
                rng = np.random.default_rng([seed, round(1000 * risk), 100 + k, n])
                yield set_row(rng, sets[:k], risk, n, runs)


def best_of(sets: Sequence[Law], rows: IntArray, risk: float, delta: float) -> tuple[Law, float]:
    """The set whose certificate routes the most of these tickets, and its threshold."""
    groups = np.arange(len(rows))
    found = []
    for law in sets:
        of = certified(law, replace(law.tickets.rows(rows), groups=groups), risk, delta=delta)
        routed = of.tested.selected if of.tested and of.outlook == "certified" else 0
        found.append((routed, of.threshold))
    at = max(range(len(sets)), key=lambda place: found[place][0])
    return sets[at], found[at][1]


def set_row(rng: np.random.Generator, sets: Sequence[Law], risk: float, n: int, runs: int) -> Row:
    """One number of sets: with delta for each, and shared."""
    k, failed, covers = len(sets), [0, 0], [0.0, 0.0]
    for _ in range(runs):
        rows = rng.integers(sets[0].tickets.n, size=n)
        for at, delta in enumerate((DELTA, DELTA / k)):
            law, threshold = best_of(sets, rows, risk, delta)
            failed[at] += broken(law, threshold, risk)
            covers[at] += covered(law, threshold)
    wanted = (k, risk, n) == (8, 0.10, 1000)
    good = within(failed[1], runs, DELTA) if not wanted or covers[1] / runs >= 0.23 else "FAILS"
    return (
        f"{risk:g}", f"{n:,}", str(k), f"{failed[0] / runs:.3f}, {covers[0] / runs:.3f}",
        rate(failed[1], runs), f"{covers[1] / runs:.3f}" + (" (at least 0.23)" if wanted else ""),
        good,
    )  # fmt: skip


def sets_part(runs: int, seed: int) -> None:
    """Print the table of several sets."""
    show("The best of several equal sets", seed,
         ("risk", "n", "sets", "delta for each: broken, coverage", "delta shared: broken",
          "coverage", "at most 0.10"), set_rows(runs, seed))  # fmt: skip


def label_rows(runs: int, seed: int) -> Iterator[Row]:
    """All promises by label together, on public sets."""
    for risk in RISKS:
        for n in (500, 2000):
            for place, (name, tickets) in enumerate(public_tickets().items()):
                rng = np.random.default_rng([seed, round(1000 * risk), 200 + place, n])
                yield f"{risk:g}", f"{n:,}", name, *label_row(rng, tickets, risk, n, runs)


def label_row(rng: np.random.Generator, tickets: Tickets, risk: float, n: int, runs: int) -> Row:
    """How often any promise is broken, and how many labels have one."""
    whole = Law.of(tickets, escalate_above=LIMIT)
    of_label = [Law.of(tickets.rows(tickets.top == at), escalate_above=LIMIT)
                for at in range(len(tickets.labels))]  # fmt: skip
    failed = promised = 0
    for run in range(runs):
        asked = Asked(Policy(escalate_above=LIMIT), Costs(missed=1.0), 1 - risk, 1 - DELTA,
                      promises=1, most_reviewed=None, seed=run)  # fmt: skip
        choice = certified_by_label(whole.draw(rng, n), asked)
        found = choice.labels if choice else ()
        kept = [
            (law, one.threshold) for law, one in zip(of_label, found, strict=True) if one.promise
        ]
        promised += len(kept)
        failed += any(broken(law, threshold, risk) for law, threshold in kept)
    share_of = promised / runs / len(tickets.labels)
    return rate(failed, runs), f"{share_of:.2f}", within(failed, runs, DELTA)


def labels_part(runs: int, seed: int) -> None:
    """Print the table by label."""
    show("By label: all promises together", seed,
         ("risk", "n", "set", "any broken", "labels with a promise", "at most 0.10"),
         label_rows(runs, seed))  # fmt: skip


PARTS = {
    "independent": independent_part,
    "customers": customers_part,
    "sets": sets_part,
    "labels": labels_part,
}


def main() -> None:
    """Print the tables of every part, or of one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="draws a line (default 400; customers 200)")
    parser.add_argument("--only", choices=tuple(PARTS))
    parser.add_argument("--seed", type=int, default=101)
    given = parser.parse_args()
    started = time.perf_counter()
    for name, part in PARTS.items():
        if given.only in (None, name):
            part(given.runs or RUNS[name], given.seed)
    print(f"\n{time.perf_counter() - started:.0f} s in all.")


if __name__ == "__main__":
    main()

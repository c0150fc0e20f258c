"""Does a setting save what is said, and is the right one recommended? Seeds named.

    python benchmarks/simulate_savings.py [--runs N] [--only PART] [--seed SEED]

Parts: threshold (the cheapest of the grid, as is used, beside a formula), limit (an escalation
limit that clearly saves, beside none), order (a stated target first, or money first). Six public
sets where TICKETBENCH_TEST_DATA is set, and three laws of scores; a line is `runs` draws of each.
The formula is 1 - review/misroute (Chow 1970) on scores at the fitted temperature.
A quarter of an hour on one core.
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
from public_sets import public_tables
from scipy import special
from simulate import Row, show

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from threshold_laws import Law
from ticketbench.core.policy import ROUTE, Costs, Policy
from ticketbench.core.types import Provenance, ScoreTable
from ticketbench.measure.calibration.temperature import fit_temperature
from ticketbench.measure.thresholds.choose import (
    N_FOLDS,
    N_SPLITS,
    ChosenThreshold,
    choose_thresholds,
    fold_of_ticket,
    saving_on,
)
from ticketbench.measure.thresholds.rules import Asked
from ticketbench.measure.thresholds.saving import Saving, saving
from ticketbench.measure.thresholds.tickets import OFF, Tickets

SIZE = 20_000
RIGHT_WITHIN, NO_LOSS = 0.03, -0.005
MISROUTES = (5.0, 20.0)
Rng = np.random.Generator


# --- the sets ------------------------------------------------------------------------------


def scored(rng: Rng, *, signal: float, temperature: float) -> ScoreTable:
    """Softmax scores of five labels; calibrated at temperature 1."""
    gold = rng.integers(0, 5, SIZE)
    seen = rng.normal(size=(SIZE, 5))
    seen[np.arange(SIZE), gold] += signal
    labels, ids = tuple("abcde"), tuple(map(str, range(SIZE)))
    origin = Provenance("simulated", "d", "s", "r", "local://none")
    scores = special.softmax(seen * signal / temperature, axis=1)
    return ScoreTable(labels, labels, ids, gold, np.arange(SIZE), scores, None, (), origin)


@cache
def tables(seed: int) -> dict[str, ScoreTable]:
    """Public sets and laws of scores; of the last the scores tell nothing."""
    rng = np.random.default_rng(seed)
    sound = scored(rng, signal=2.0, temperature=1.0)
    return public_tables() | {
        "calibrated": sound,
        "over-confident": scored(rng, signal=1.6, temperature=0.4),
        "useless": replace(sound, truth=rng.permutation(sound.truth)),
    }


def drawn(rng: Rng, table: ScoreTable, n: int) -> ScoreTable:
    """A table of n tickets drawn with replacement."""
    found = table.rows(rng.integers(table.n_scored, size=n))
    return replace(found, groups=np.arange(n))


def true_saving(table: ScoreTable, policy: Policy, costs: Costs) -> float:
    """What a policy saves a ticket on the whole of a set."""
    return float(Tickets.of(table, policy).saving(policy, costs).mean())


def asked(costs: Costs, *, target: float = 0.95, promises: int = 0) -> Asked:
    """What the rules are asked; without promises only for the cheapest."""
    return Asked(Policy(), costs, target, 0.90, promises, most_reviewed=None, seed=0)


# --- grid or formula -----------------------------------------------------------------------


def formula(table: ScoreTable, costs: Costs) -> Policy:
    """Where a route at a calibrated score is worth its risk."""
    return Policy(
        threshold=max(0.0, 1 - costs.review / costs.misroute),
        escalate_above=OFF,
        temperature=fit_temperature(table.scores, table.truth),
    )


def formula_held_out(table: ScoreTable, costs: Costs) -> Saving:
    """Its saving, held out and guarded as that of every rule is."""
    saved, wrong = np.zeros(table.n_scored), 0.0
    for split in range(N_SPLITS):
        folds = fold_of_ticket(table.groups, n_folds=N_FOLDS, seed=split)
        for fold in range(N_FOLDS):
            policy = formula(table.rows(folds != fold), costs)
            unseen = Tickets.of(table.rows(folds == fold), policy)
            saved[folds == fold] += unseen.saving(policy, costs) / N_SPLITS
            routed = unseen.decided(policy).outcome == ROUTE
            wrong += float((routed & ~unseen.right).sum()) / N_SPLITS
    return saving(saved, table.groups, costs, wrong=wrong, held_out=True)


def cheapest(table: ScoreTable, costs: Costs) -> tuple[Policy, Saving]:
    """The policy of the rule in use and its held-out saving."""
    found = next(of for of in choose_thresholds(table, asked(costs)) if of.rule == "cost_optimal")
    policy = Policy(threshold=found.threshold, escalate_above=found.escalate_above)
    return policy, found.saving


def by_formula(table: ScoreTable, costs: Costs) -> tuple[Policy, Saving]:
    """The same of the formula."""
    return formula(table, costs), formula_held_out(table, costs)


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw: what a choice truly saves, and what is said of it."""

    name: str
    true: float
    flattery: float
    optimism: float
    holds: bool
    recommended: bool
    loss: bool

    @classmethod
    def of(
        cls, name: str, whole: ScoreTable, table: ScoreTable, costs: Costs,
        chosen: tuple[Policy, Saving],
    ) -> Draw:  # fmt: skip
        """Of a policy chosen on `table`, with its held-out saving."""
        policy, found = chosen
        true, said = true_saving(whole, policy, costs), found.per_ticket
        here = saving_on(Tickets.of(table, policy), policy, costs).per_ticket.value
        recommended = found.pays == "yes"
        return cls(
            name, true, here - true, said.value - true, said.low <= true <= said.high,
            recommended, recommended and true < 0,
        )  # fmt: skip


def line(draws: Sequence[Draw], *, wanted: bool) -> Row:
    """A row of figures; `wanted` where the interval and the optimism have a limit."""

    def mean(field: str, of: Sequence[Draw] = draws) -> float:
        return float(np.mean([getattr(draw, field) for draw in of]))

    names = {draw.name for draw in draws}
    lowest = min(mean("holds", [draw for draw in draws if draw.name == name]) for name in names)
    good = mean("loss") <= 0.05
    if wanted:
        good = good and abs(mean("optimism")) <= 0.02 and mean("holds") >= 0.88
    return (
        f"{mean('true'):.3f}", f"{mean('flattery'):+.3f}", f"{mean('optimism'):+.3f}",
        f"{mean('holds'):.3f} ({lowest:.2f})", f"{mean('recommended'):.2f}",
        f"{mean('loss'):.3f}", "holds" if good else "FAILS",
    )  # fmt: skip


def threshold_rows(runs: int, seed: int, misroute: float) -> Iterator[Row]:
    """Grid and formula on the same draws."""
    costs = Costs(misroute=misroute)
    for n in (150, 300, 500, 1000):
        found: dict[str, list[Draw]] = {"grid": [], "formula": []}
        for place, (name, whole) in enumerate(tables(seed).items()):
            rng = np.random.default_rng([seed, place, n, round(misroute)])
            for _ in range(runs):
                table = drawn(rng, whole, n)
                for choice, of in (("grid", cheapest), ("formula", by_formula)):
                    found[choice].append(Draw.of(name, whole, table, costs, of(table, costs)))
        for choice, draws in found.items():
            yield f"{n:,}", choice, *line(draws, wanted=(misroute, choice) == (5, "grid"))


HEAD = (
    "true saving", "same tickets too high by", "held out too high by",
    "interval holds (lowest set)", "recommended", "loss recommended", "",
)  # fmt: skip


def threshold_part(runs: int, seed: int) -> None:
    """Print one table a price."""
    for misroute in MISROUTES:
        show(f"Savings: misroute {misroute:g}, review 1", seed, ("n", "threshold", *HEAD),
             threshold_rows(runs, seed, misroute))  # fmt: skip


# --- escalation limit ----------------------------------------------------------------------


def limit_rows(runs: int, seed: int, misroute: float) -> Iterator[Row]:
    """With the limit that clearly saves, and without any."""
    priced = Costs(misroute=misroute, escalate=0.5, missed=1.0)
    for n in (150, 500):
        found: dict[str, list[Draw]] = {"none": [], "if it clearly saves": []}
        for place, (name, whole) in enumerate(tables(seed).items()):
            rng = np.random.default_rng([seed, 50 + place, n, round(misroute)])
            for _ in range(runs):
                table = drawn(rng, whole, n)
                for choice, costs in zip(
                    found, (replace(priced, missed=None), priced), strict=True
                ):
                    chosen = cheapest(table, costs)
                    found[choice].append(Draw.of(name, whole, table, priced, chosen))
        for choice, draws in found.items():
            yield f"{n:,}", choice, *line(draws, wanted=misroute == 5 and n == 500)


def limit_part(runs: int, seed: int) -> None:
    """Print one table a price."""
    for misroute in MISROUTES:
        title = f"Escalation limit: misroute {misroute:g}, escalate 0.5, missed 1"
        show(title, seed, ("n", "limit", *HEAD), limit_rows(runs, seed, misroute))


# --- what is recommended -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offer:
    """What is on the table: a promise and money, their true savings, and what is known of them."""

    promise: float
    broken: bool
    firm: bool
    promise_pays: bool
    given: bool
    money: float
    money_pays: bool

    @classmethod
    def of(cls, whole: ScoreTable, law: Law, table: ScoreTable, costs: Costs, risk: float) -> Offer:
        """From a draw, by the rules in use."""
        found = {of.rule: of for of in
                 choose_thresholds(table, asked(costs, target=1 - risk, promises=1))}  # fmt: skip
        certified, money = found["certified"], found["cost_optimal"]
        threshold, given = certified.threshold, not math.isnan(certified.threshold)
        return cls(
            promise=_true(whole, certified, costs) if given else 0.0,
            broken=given and law.by_ticket(threshold) > risk + 1e-9,
            firm=bool(certified.certificate and certified.certificate.firm),
            promise_pays=certified.saving.pays == "yes",
            given=given,
            money=_true(whole, money, costs),
            money_pays=money.saving.pays == "yes",
        )

    def kind(self, *, target_first: bool, thin_too: bool) -> str:
        """Promise, money or review."""
        usable = self.given and self.promise_pays and (self.firm or thin_too)
        if usable and (target_first or not self.money_pays):
            return "promise"
        return "money" if self.money_pays else "review"


def _true(whole: ScoreTable, of: ChosenThreshold, costs: Costs) -> float:
    policy = Policy(threshold=of.threshold, escalate_above=of.escalate_above)
    return true_saving(whole, policy, costs)


ORDERS = {
    "target first": {"target_first": True, "thin_too": False},
    "target first, thin ones too": {"target_first": True, "thin_too": True},
    "money first": {"target_first": False, "thin_too": False},
}
"""The first is the one in use."""


def order_rows(runs: int, seed: int, misroute: float) -> Iterator[Row]:
    """Every order on the same draws."""
    costs = Costs(misroute=misroute)
    for risk in (0.05, 0.10):
        for n in (150, 300, 1000):
            offers = []
            for place, whole in enumerate(tables(seed).values()):
                rng = np.random.default_rng(
                    [seed, 100 + place, n, round(misroute), round(100 * risk)]
                )
                law = Law.of(Tickets.of(whole, Policy()))
                offers += [Offer.of(whole, law, drawn(rng, whole, n), costs, risk)
                           for _ in range(runs)]  # fmt: skip
            for name, order in ORDERS.items():
                limit = misroute == 5 and n >= 300 and name == "target first"
                yield f"{risk:g}", f"{n:,}", name, *order_line(offers, order, limited=limit)


def order_line(offers: Sequence[Offer], order: dict[str, bool], *, limited: bool) -> Row:
    """Saving, right, losses and promises broken of one order."""
    kinds = [offer.kind(**order) for offer in offers]
    best = np.array([max(0.0, offer.money, offer.promise) for offer in offers])
    got = np.array([{"promise": offer.promise, "money": offer.money, "review": 0.0}[kind]
                    for offer, kind in zip(offers, kinds, strict=True)])  # fmt: skip
    failed = np.array([kind == "promise" and offer.broken
                       for offer, kind in zip(offers, kinds, strict=True)])  # fmt: skip
    right = (got >= best - RIGHT_WITHIN) & (got >= NO_LOSS) & ~failed
    loss = float((got < 0).mean())
    good = loss <= 0.05 and (not limited or right.mean() >= 0.70)
    shares = " / ".join(f"{kinds.count(kind) / len(kinds):.2f}" for kind in
                        ("promise", "money", "review"))  # fmt: skip
    return (
        f"{best.mean():.3f}", f"{got.mean():.3f}", f"{right.mean():.2f}", f"{loss:.3f}",
        f"{failed.mean():.3f}", shares, "holds" if good else "FAILS",
    )  # fmt: skip


def order_part(runs: int, seed: int) -> None:
    """Print one table a price."""
    for misroute in MISROUTES:
        show(f"Recommended: misroute {misroute:g}, review 1", seed,
             ("risk", "n", "order", "best on the table", "saving", "right", "loss",
              "promise broken", "promise / money / review", ""),
             order_rows(runs, seed, misroute))  # fmt: skip


PARTS = {"threshold": threshold_part, "limit": limit_part, "order": order_part}


def main() -> None:
    """Print the tables of every part, or of one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=34, help="draws of each set (default 34)")
    parser.add_argument("--only", choices=tuple(PARTS))
    parser.add_argument("--seed", type=int, default=102)
    given = parser.parse_args()
    started = time.perf_counter()
    for name, part in PARTS.items():
        if given.only in (None, name):
            part(given.runs, given.seed)
    print(f"\n{time.perf_counter() - started:.0f} s in all.")


if __name__ == "__main__":
    main()

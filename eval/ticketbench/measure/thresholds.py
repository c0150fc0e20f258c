"""Choosing the confidence threshold from data, judged on tickets it was not chosen on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import Costs, Decisions, Policy
from ticketbench.core.types import IntArray, ScoreTable, Value
from ticketbench.measure.calibration import fit_temperature
from ticketbench.measure.routing import GRID, RoutingSummary, summarise, sweep

N_FOLDS = 5

Rule = Callable[[ScoreTable], Policy]
"""A way to choose a policy from labelled tickets; a threshold of infinity routes nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenThreshold(Value):
    """A threshold with what it does on the tickets it was chosen on, and on tickets it was not.

    rule           cost_optimal or descriptive
    title          the rule in plain words, with its target
    target         share of right routes that was asked for; NaN when none was
    threshold      NaN when no threshold reaches the target
    temperature    the temperature the threshold belongs to; 1 means raw scores
    in_sample      on the very tickets it was chosen on: optimistic
    out_of_sample  chosen on all folds but one, scored on that one; undefined with one group
    caveat         what the rule does not promise
    """

    rule: str
    title: str
    target: float
    threshold: float
    temperature: float
    in_sample: RoutingSummary
    out_of_sample: RoutingSummary
    n_folds: int
    caveat: str


def cost_optimal_policy(table: ScoreTable, base: Policy, costs: Costs) -> Policy:
    """Route when a misroute is expected to cost less than a review (Chow 1970, Elkan 2001).

    t* = 1 - review / misroute holds for calibrated scores, so a temperature is fitted first and
    t* applies to the scores at that temperature. t* is rounded up to the grid of 0.01; 0 when a
    review costs no less than a misroute. The escalation rule of `base` stays.
    """
    ideal = 1 - costs.review / costs.misroute if costs.misroute > 0 else 0.0
    threshold = max(0.0, math.ceil(ideal * 100 - 1e-9) / 100)
    temperature = fit_temperature(table.scores, table.truth)
    return replace(base, threshold=threshold, temperature=temperature, label_thresholds=())


def descriptive_policy(table: ScoreTable, base: Policy, min_precision: float) -> Policy:
    """The lowest threshold on the grid whose routed tickets are right often enough here.

    On raw scores. Not a promise: on fresh tickets it misses the target about half of the time
    (Geifman & El-Yaniv 2017 and our simulations). Threshold infinity when none reaches it.
    """
    raw = replace(base, temperature=1.0, label_thresholds=())
    reached = [
        point.threshold
        for point in sweep(table, raw, Costs(), grid=GRID)
        if point.routed and point.precision >= min_precision
    ]
    return replace(raw, threshold=min(reached, default=math.inf))


def choose_thresholds(
    table: ScoreTable, base: Policy, costs: Costs, *, min_precision: float, seed: int
) -> tuple[ChosenThreshold, ...]:
    """Both rules, each with its in-sample and out-of-sample result. No tickets: no thresholds."""
    if table.n_scored == 0:
        return ()

    def by_cost(tickets: ScoreTable) -> Policy:
        return cost_optimal_policy(tickets, base, costs)

    def by_target(tickets: ScoreTable) -> Policy:
        return descriptive_policy(tickets, base, min_precision)

    return (
        _judged(
            table,
            by_cost,
            costs,
            rule="cost_optimal",
            title=f"from the costs: misroute {costs.misroute:g}, review {costs.review:g}",
            target=math.nan,
            caveat="holds as far as one temperature calibrates the scores",
            seed=seed,
        ),
        _judged(
            table,
            by_target,
            costs,
            rule="descriptive",
            title=f"lowest with {100 * min_precision:g}% right among routed tickets here",
            target=min_precision,
            caveat="not guaranteed: expect fresh tickets to miss the target about half of the time",
            seed=seed,
        ),
    )


def _judged(
    table: ScoreTable,
    choose: Rule,
    costs: Costs,
    *,
    seed: int,
    rule: str,
    title: str,
    target: float,
    caveat: str,
) -> ChosenThreshold:
    chosen = choose(table)
    folds = fold_of_ticket(table.groups, n_folds=N_FOLDS, seed=seed)
    n_folds = int(folds.max()) + 1
    # With one group there is nothing to choose on besides the tickets to be judged.
    judged = table if n_folds > 1 else table.rows(np.arange(0))
    return ChosenThreshold(
        threshold=chosen.threshold if math.isfinite(chosen.threshold) else math.nan,
        temperature=chosen.temperature,
        in_sample=summarise(table, chosen.decide(table.scores, table.labels), costs),
        out_of_sample=summarise(judged, _out_of_fold(judged, choose, folds), costs),
        n_folds=n_folds,
        rule=rule,
        title=title,
        target=target,
        caveat=caveat,
    )


def fold_of_ticket(groups: IntArray, *, n_folds: int, seed: int) -> IntArray:
    """A fold number per ticket; tickets of one group share a fold, folds are of similar size.

    With fewer groups than folds there are as many folds as groups.
    """
    _, inverse = np.unique(groups, return_inverse=True)
    n_groups = int(inverse.max()) + 1
    shuffled = np.random.default_rng(seed).permutation(n_groups)
    return np.asarray((shuffled % min(n_folds, n_groups))[inverse])


def _out_of_fold(table: ScoreTable, choose: Rule, folds: IntArray) -> Decisions:
    n = table.n_scored
    top, outcome = np.zeros(n, np.int64), np.zeros(n, np.int64)
    collision = np.zeros(n, np.bool_)
    for fold in range(int(folds.max()) + 1 if n else 0):
        judged = np.flatnonzero(folds == fold)
        policy = choose(table.rows(folds != fold))
        decisions = policy.decide(table.scores[judged], table.labels)
        top[judged], outcome[judged] = decisions.top, decisions.outcome
        collision[judged] = decisions.collision
    return Decisions(top, outcome, collision)

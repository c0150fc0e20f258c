"""Choosing the confidence threshold from data, judged on tickets it was not chosen on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ticketbench.core.policy import ROUTE, Costs, Decisions, Policy
from ticketbench.core.types import IntArray, ScoreTable, Value
from ticketbench.measure.calibration.bins import fit_temperature
from ticketbench.measure.routing.outcomes import GRID, RoutingSummary, summarise
from ticketbench.measure.routing.selective import at_least
from ticketbench.measure.statistics.groups import group_index
from ticketbench.measure.thresholds.capacity import capacity_policy
from ticketbench.measure.thresholds.certified import (
    Certificate,
    Certified,
    LabelThreshold,
    certified_policy,
    certified_policy_by_label,
)

N_FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class ChosenThreshold(Value):
    """A threshold with what it does on the tickets it was chosen on, and on tickets it was not.

    rule           cost_optimal, descriptive, certified, certified_by_label or capacity
    title          the rule in plain words, with its target
    target         share of right routes that was asked for; NaN when none was
    threshold      NaN when no threshold reaches the target; of certified_by_label the one for
                   labels without a promise
    temperature    the temperature the threshold belongs to; 1 means raw scores
    in_sample      on the very tickets it was chosen on: optimistic
    out_of_sample  chosen on all folds but one, scored on that one; undefined with one group
    caveat         what the rule does not promise
    confidence     of the certified rules: how sure the promise is; NaN for the others
    most_reviewed  of the rule capacity: the largest share of tickets for review; NaN else
    certificate    of the certified rules: what is promised for one threshold over all labels
    label_thresholds  of certified_by_label: one per label, in their order
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
    confidence: float = math.nan
    most_reviewed: float = math.nan
    certificate: Certificate | None = None
    label_thresholds: tuple[LabelThreshold, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    """What one rule chooses from some tickets; a threshold of infinity routes nothing."""

    rule: str
    title: str
    caveat: str
    policy: Policy
    target: float = math.nan
    confidence: float = math.nan
    most_reviewed: float = math.nan
    certified: Certified | None = None


_Rules = Callable[[ScoreTable], Sequence[_Choice]]
"""All rules at once, from labelled tickets; as many choices in the same order for any tickets."""


def cost_optimal_policy(table: ScoreTable, base: Policy, costs: Costs) -> Policy:
    """Route when a misroute is expected to cost less than a review (Chow 1970, Elkan 2001).

    t* = 1 - review / misroute holds for calibrated scores, so a temperature is fitted first and
    t* applies to the scores at that temperature. t* is rounded up to the grid of 0.01; 0 when a
    review costs no less than a misroute. The escalation rule of `base` stays.
    """
    ideal = 1 - costs.review / costs.misroute if costs.misroute > costs.review else 0.0
    threshold = max(0.0, math.ceil(ideal * 100 - 1e-9) / 100)
    temperature = fit_temperature(table.scores, table.truth)
    return replace(base, threshold=threshold, temperature=temperature, label_thresholds=())


def descriptive_policy(table: ScoreTable, base: Policy, min_precision: float) -> Policy:
    """The lowest threshold on the grid whose routed tickets are right often enough here.

    On raw scores. Not a promise: on fresh tickets it misses the target about half of the time
    (Geifman & El-Yaniv 2017 and our simulations). Threshold infinity when none reaches it.
    """
    raw = replace(base, threshold=0.0, temperature=1.0, label_thresholds=())
    routable = raw.decide(table.scores, table.labels).outcome == ROUTE
    routed = at_least(table.top_score[routable], GRID)
    right = at_least(table.top_score[routable & table.right], GRID)
    reached = np.flatnonzero((routed > 0) & (right / np.maximum(routed, 1) >= min_precision))
    return replace(raw, threshold=GRID[int(reached[0])] if len(reached) else math.inf)


def choose_thresholds(
    table: ScoreTable,
    base: Policy,
    costs: Costs,
    *,
    min_precision: float,
    confidence: float = 0.90,
    most_reviewed: float | None = None,
    seed: int,
) -> tuple[ChosenThreshold, ...]:
    """Every rule with its in-sample and out-of-sample result: cost_optimal, descriptive,
    certified, certified_by_label and, when `most_reviewed` is given, capacity.

    The certified rules promise a risk of 1 - `min_precision` with `confidence`. Out of sample:
    chosen on all folds but one and judged on that one, groups whole. No tickets: no thresholds.
    """
    if table.n_scored == 0:
        return ()

    def rules(tickets: ScoreTable) -> list[_Choice]:
        choices = [
            _by_cost(tickets, base, costs),
            _by_target(tickets, base, min_precision),
            *_by_promise(tickets, base, min_precision, confidence, seed),
        ]
        if most_reviewed is not None:
            choices.append(_by_capacity(tickets, base, most_reviewed))
        return choices

    return _judged(table, rules, costs, seed=seed)


def fold_of_ticket(groups: IntArray, *, n_folds: int, seed: int) -> IntArray:
    """A fold number per ticket; tickets of one group share a fold, folds are of similar size.

    With fewer groups than folds there are as many folds as groups. No tickets: empty.
    """
    if len(groups) == 0:
        return np.zeros(0, dtype=np.int64)
    inverse = group_index(groups)
    n_groups = int(inverse.max()) + 1
    shuffled = np.random.default_rng(seed).permutation(n_groups)
    return np.asarray((shuffled % min(n_folds, n_groups))[inverse])


def _by_cost(tickets: ScoreTable, base: Policy, costs: Costs) -> _Choice:
    return _Choice(
        rule="cost_optimal",
        title=f"from the costs: misroute {costs.misroute:g}, review {costs.review:g}",
        caveat="holds as far as one temperature calibrates the scores",
        policy=cost_optimal_policy(tickets, base, costs),
    )


def _by_target(tickets: ScoreTable, base: Policy, min_precision: float) -> _Choice:
    return _Choice(
        rule="descriptive",
        title=f"lowest with {100 * min_precision:g}% right among routed tickets here",
        caveat="not guaranteed: expect fresh tickets to miss the target about half of the time",
        policy=descriptive_policy(tickets, base, min_precision),
        target=min_precision,
    )


def _by_promise(
    tickets: ScoreTable, base: Policy, min_precision: float, confidence: float, seed: int
) -> tuple[_Choice, _Choice]:
    # Rounded, because 1 - 0.95 is a little more than 0.05 and 1 - 0.9 a little less than 0.1.
    risk, delta = round(1 - min_precision, 12), round(1 - confidence, 12)
    whole = certified_policy(tickets, base, risk=risk, delta=delta, seed=seed)
    by_label = certified_policy_by_label(tickets, base, risk=risk, delta=delta, seed=seed)
    share, sure = f"{100 * min_precision:g}% right", f"with {100 * confidence:g}% confidence"
    return (
        _Choice(
            rule="certified",
            title=f"{share} among routed tickets, {sure}",
            caveat="promised for fresh tickets like these, one per group",
            policy=whole.policy,
            target=min_precision,
            confidence=confidence,
            certified=whole,
        ),
        _Choice(
            rule="certified_by_label",
            title=f"{share} among those routed to each label, {sure} for all labels together",
            caveat="a label with too few tickets inherits the certified threshold, unpromised",
            policy=by_label.policy,
            target=min_precision,
            confidence=confidence,
            certified=by_label,
        ),
    )


def _by_capacity(tickets: ScoreTable, base: Policy, most_reviewed: float) -> _Choice:
    return _Choice(
        rule="capacity",
        title=f"highest with at most {100 * most_reviewed:g}% of tickets to review",
        caveat="looks at the review queue alone, not at errors",
        policy=capacity_policy(tickets, base, most_reviewed=most_reviewed),
        most_reviewed=most_reviewed,
    )


def _judged(
    table: ScoreTable, rules: _Rules, costs: Costs, *, seed: int
) -> tuple[ChosenThreshold, ...]:
    choices = rules(table)
    folds = fold_of_ticket(table.groups, n_folds=N_FOLDS, seed=seed)
    n_folds = int(folds.max()) + 1
    # With one group there is nothing to choose on besides the tickets to be judged.
    judged = table if n_folds > 1 else table.rows(np.arange(0))
    unseen = _out_of_fold(judged, rules, folds, len(choices))
    return tuple(
        _chosen(choice, table, summarise(judged, decisions, costs), n_folds, costs)
        for choice, decisions in zip(choices, unseen, strict=True)
    )


def _chosen(
    choice: _Choice, table: ScoreTable, out_of_sample: RoutingSummary, n_folds: int, costs: Costs
) -> ChosenThreshold:
    policy, certified = choice.policy, choice.certified
    return ChosenThreshold(
        rule=choice.rule,
        title=choice.title,
        target=choice.target,
        threshold=policy.threshold if math.isfinite(policy.threshold) else math.nan,
        temperature=policy.temperature,
        in_sample=summarise(table, policy.decide(table.scores, table.labels), costs),
        out_of_sample=out_of_sample,
        n_folds=n_folds,
        caveat=choice.caveat,
        confidence=choice.confidence,
        most_reviewed=choice.most_reviewed,
        certificate=certified.certificate if certified else None,
        label_thresholds=certified.labels if certified else (),
    )


def _out_of_fold(
    table: ScoreTable, rules: _Rules, folds: IntArray, n_rules: int
) -> list[Decisions]:
    """Per rule the decisions on every ticket by the policy chosen on the other folds."""
    n = table.n_scored
    top, outcome = np.zeros((2, n_rules, n), np.int64)
    collision = np.zeros((n_rules, n), np.bool_)
    for fold in range(int(folds.max()) + 1 if n else 0):
        judged = np.flatnonzero(folds == fold)
        scores = table.scores[judged]
        for at, choice in enumerate(rules(table.rows(folds != fold))):
            decisions = choice.policy.decide(scores, table.labels)
            top[at, judged], outcome[at, judged] = decisions.top, decisions.outcome
            collision[at, judged] = decisions.collision
    return [Decisions(*found) for found in zip(top, outcome, collision, strict=True)]

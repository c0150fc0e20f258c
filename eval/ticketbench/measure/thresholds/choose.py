"""Every rule on one table of scores, each judged on tickets it was not chosen on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import REVIEW, ROUTE, Costs, Decisions, Policy
from ticketbench.core.types import BoolArray, Estimate, FloatArray, IntArray, ScoreTable, Value
from ticketbench.measure.routing.outcomes import RoutingSummary, summarise
from ticketbench.measure.statistics.groups import Groups, group_index, times_of
from ticketbench.measure.statistics.intervals import share
from ticketbench.measure.thresholds.certificate import Certificate
from ticketbench.measure.thresholds.rules import Asked, Choice, LabelThreshold, Rule, rules
from ticketbench.measure.thresholds.saving import Saving, saving
from ticketbench.measure.thresholds.tickets import Tickets

N_FOLDS, N_SPLITS = 5, 5

FEWEST_TICKETS = 50
"""With fewer no threshold is chosen: nothing could be held against it."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenThreshold(Value):
    """A threshold, what it does on these tickets, and what may be expected of it.

    rule           the name of the rule
    title          the rule in plain words, with its target; `caveat` what it does not promise
    target         share of right routes that was asked for; NaN when none was
    threshold      NaN when no threshold reaches the target; of certified_by_label the one for
                   labels without a promise
    escalate_above, temperature  what belongs to it
    in_sample      on these tickets; of a rule without certificate optimistic
    share_wrong    of the routed ones, on these tickets: (e + 1)/(k + 1) for e of k, with the
                   interval of e/k; of a rule without certificate optimistic
    out_of_sample  chosen on all folds but one, scored on that one; None where a certificate speaks
                   for the very threshold, undefined with one group
    saving         against a review of every ticket, over five splits of five folds; where a
                   certificate speaks on these tickets
    confidence     how sure the promise is; NaN where there is none
    most_reviewed  of the rule capacity: the largest share of tickets for review; NaN else
    certificate    what is promised for one threshold over all labels
    label_thresholds  the thresholds of single labels
    """

    rule: str
    title: str
    caveat: str
    target: float
    threshold: float
    escalate_above: float
    temperature: float
    in_sample: RoutingSummary
    share_wrong: Estimate
    out_of_sample: RoutingSummary | None
    n_folds: int
    saving: Saving
    confidence: float = math.nan
    most_reviewed: float = math.nan
    certificate: Certificate | None = None
    label_thresholds: tuple[LabelThreshold, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether there is a threshold, for all labels or for some."""
        return not math.isnan(self.threshold) or any(one.promise for one in self.label_thresholds)


def choose_thresholds(table: ScoreTable, asked: Asked) -> tuple[ChosenThreshold, ...]:
    """Every rule that has an answer, in the order of the rules; none with fewer than 50 tickets, or
    without the score of their top labels.
    """
    if table.where_known("top score").n_tickets < FEWEST_TICKETS:
        return ()
    given = _Given(table, Tickets.of(table, asked.base), asked)
    found = [(rule, rule.choose(given.tickets, asked)) for rule in rules()]
    chosen = [(rule, choice) for rule, choice in found if choice is not None]
    unseen = _held_out(given, [rule for rule, choice in chosen if choice.certificate is None])
    return tuple(_chosen(rule, choice, given, unseen.get(rule.name)) for rule, choice in chosen)


def chosen_threshold(
    rule: Rule,
    choice: Choice,
    asked: Asked,
    *,
    in_sample: RoutingSummary,
    share_wrong: Estimate,
    out_of_sample: RoutingSummary | None,
    n_folds: int,
    saving: Saving,
) -> ChosenThreshold:
    """What a rule chose, and what is known of it; the names are those of the result."""
    policy = choice.policy
    return ChosenThreshold(
        rule=rule.name,
        title=choice.title,
        caveat=choice.caveat,
        target=choice.target,
        threshold=policy.threshold if math.isfinite(policy.threshold) else math.nan,
        escalate_above=policy.escalate_above,
        temperature=policy.temperature,
        in_sample=in_sample,
        share_wrong=share_wrong,
        out_of_sample=out_of_sample,
        n_folds=n_folds,
        saving=saving,
        confidence=asked.confidence if choice.certificate else math.nan,
        most_reviewed=choice.most_reviewed,
        certificate=choice.certificate,
        label_thresholds=choice.labels,
    )


def saving_on(tickets: Tickets, policy: Policy, costs: Costs) -> Saving:
    """What `policy` saves on these tickets: no allowance for having been chosen on them."""
    outcome = tickets.decided(policy).outcome
    wrong = (outcome == ROUTE) & ~tickets.right
    saved = tickets.saving_of(outcome, policy, costs)
    return saving(saved, tickets.groups, costs, wrong=float(wrong.sum()), held_out=False)


def summary_on(table: ScoreTable, tickets: Tickets, policy: Policy, costs: Costs) -> RoutingSummary:
    """What `policy` does to the tickets of `table`."""
    return summarise(table, tickets.decided(policy), costs, missed=tickets.missed(policy))


def share_wrong_on(tickets: Tickets, policy: Policy) -> Estimate:
    """Share wrong of the routed tickets, (e + 1)/(k + 1), with the interval of e/k.

    A threshold is chosen where few are wrong; one more wrong one makes up for most of that.
    """
    routed = tickets.decided(policy).outcome == ROUTE
    return one_more_wrong(tickets.right, tickets.groups, routed)


def one_more_wrong(right: BoolArray, groups: Groups, routed: BoolArray) -> Estimate:
    """The same of tickets, or rows of counted ones, of which some are routed."""
    found = share(~right, groups, among=routed)
    if not found.n:
        return found
    value = (int(times_of(groups)[routed & ~right].sum()) + 1) / (found.n + 1)
    return Estimate(value, min(found.low, value), max(found.high, value), found.n, found.method)


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


@dataclass(frozen=True, slots=True)
class _Given:
    """What every rule is given."""

    table: ScoreTable
    tickets: Tickets
    asked: Asked


@dataclass(slots=True)
class _HeldOut:
    """What a rule did to tickets it was not chosen on: the first split, and sums over all.

    A rule without an answer leaves tickets in review. `splits` stays 0 with one group, as there is
    nothing to choose on besides the judged tickets.
    """

    outcome: IntArray
    collision: IntArray
    missed: IntArray
    saved: FloatArray
    wrong: float = 0.0
    splits: int = 0

    @classmethod
    def of(cls, n: int) -> _HeldOut:
        """Nothing yet, for n tickets."""
        collision, missed = (np.zeros(n, np.int64) for _ in range(2))
        return cls(np.full(n, REVIEW), collision, missed, np.zeros(n))

    def add(self, policy: Policy, unseen: Tickets, at: IntArray, costs: Costs) -> None:
        """What `policy` does to the tickets `unseen`, which stand at the rows `at`."""
        decisions = unseen.decided(policy)
        self.saved[at] += unseen.saving_of(decisions.outcome, policy, costs)
        self.wrong += float(((decisions.outcome == ROUTE) & ~unseen.right).sum())
        if self.splits == 0:
            self.outcome[at], self.collision[at] = decisions.outcome, decisions.collision
            self.missed[at] = unseen.missed(policy)

    def summary(self, table: ScoreTable, costs: Costs) -> RoutingSummary:
        """The outcomes of the first split."""
        rows = np.arange(table.n_scored if self.splits else 0)
        marks = (self.collision[rows].astype(np.bool_), self.missed[rows].astype(np.bool_))
        decisions = Decisions(table.top[rows], self.outcome[rows], marks[0])
        unseen = table if self.splits else table.rows(rows)
        return summarise(unseen, decisions, costs, missed=marks[1])

    def saving(self, groups: IntArray, costs: Costs) -> Saving:
        """The saving of each ticket, averaged over the splits."""
        times, n = max(1, self.splits), len(groups) if self.splits else 0
        mean, wrong = self.saved[:n] / times, self.wrong / times
        return saving(mean, groups[:n], costs, wrong=wrong, held_out=True)


def _held_out(given: _Given, of: Sequence[Rule]) -> dict[str, _HeldOut]:
    tickets, asked, n = given.tickets, given.asked, given.tickets.n
    found = {rule.name: _HeldOut.of(n) for rule in of}
    numbers = tickets.group_numbers
    several = np.any(numbers != numbers[0])
    for split in range(N_SPLITS if several else 0):
        folds = fold_of_ticket(numbers, n_folds=N_FOLDS, seed=asked.seed + split)
        for fold in range(int(folds.max()) + 1):
            inside = np.flatnonzero(folds == fold)
            seen, unseen = tickets.rows(folds != fold), tickets.rows(inside)
            for rule in of:
                choice = rule.choose(seen, asked)
                if choice is not None:
                    found[rule.name].add(choice.policy, unseen, inside, asked.costs)
        for held_out in found.values():
            held_out.splits += 1
    return found


def _chosen(rule: Rule, choice: Choice, given: _Given, unseen: _HeldOut | None) -> ChosenThreshold:
    """What a rule chose; `unseen` is None where a certificate speaks for the threshold itself."""
    table, tickets, costs = given.table, given.tickets, given.asked.costs
    policy, groups = choice.policy, table.groups
    return chosen_threshold(
        rule,
        choice,
        given.asked,
        in_sample=summary_on(table, tickets, policy, costs),
        share_wrong=share_wrong_on(tickets, policy),
        out_of_sample=unseen.summary(table, costs) if unseen else None,
        n_folds=min(N_FOLDS, table.n_groups),
        saving=unseen.saving(groups, costs) if unseen else saving_on(tickets, policy, costs),
    )

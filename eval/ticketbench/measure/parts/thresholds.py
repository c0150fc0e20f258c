"""Thresholds from counted tickets, each judged on tickets it was not chosen on.

The rules of `TOLD` see rows in the place of single tickets. Scores stand at the lower end of cells
of 10^-5, so a threshold of up to five decimals routes exactly the tickets that it would one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import REVIEW, ROUTE, Decisions
from ticketbench.core.types import Estimate
from ticketbench.measure.parts.routing import saving_of, summary
from ticketbench.measure.parts.rows import Outcomes, Scores
from ticketbench.measure.routing.outcomes import RoutingSummary
from ticketbench.measure.thresholds.certificate import certificate_on
from ticketbench.measure.thresholds.choose import (
    FEWEST_TICKETS,
    ChosenThreshold,
    chosen_threshold,
    one_more_wrong,
)
from ticketbench.measure.thresholds.promise import promised_choice
from ticketbench.measure.thresholds.rules import Asked, Choice, Rule, rules
from ticketbench.measure.thresholds.tickets import Tickets

CERTIFIED = "certified"
TOLD = (CERTIFIED, "cost_optimal", "capacity", "descriptive")
"""The rules that look at nothing but a score, the escalation limit in use and what is right."""


def told(asked: Asked) -> tuple[Rule, ...]:
    """The rules that counted tickets tell.

    Where a missed escalation has a price the cheapest escalation limit is sought as well, and of
    other limits than the one in use nothing is known.
    """
    limits = asked.costs.missed is not None
    return tuple(
        rule for rule in rules() if rule.name in TOLD and not (limits and rule.name == TOLD[1])
    )


def chosen_thresholds(
    scores: Scores, drawn: Tickets, asked: Asked, *, all_labels: bool
) -> tuple[ChosenThreshold, ...]:
    """Every rule that has an answer; none with fewer than 50 tickets.

    `drawn` is one ticket of each group. What is not certified is held against one split of five
    folds, where single tickets are against five.
    """
    if scores.groups.n < FEWEST_TICKETS:
        return ()
    given = _Given(scores, scores.without_groups(), asked, all_labels)
    found = []
    for rule in told(asked):
        choice = _choice(rule, given, drawn)
        if choice is not None:
            found.append(_chosen(rule, choice, given))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Given:
    """The tickets, and as they are chosen on: no rule but `certified` looks at groups."""

    scores: Scores
    alone: Scores
    asked: Asked
    all_labels: bool

    @property
    def n_folds(self) -> int:
        """Folds that hold tickets."""
        return len(np.unique(self.alone.fold))

    def summary(self, of: Outcomes) -> RoutingSummary:
        """What was done to these tickets."""
        return summary(of, self.asked.costs, all_labels=self.all_labels)


def _choice(rule: Rule, given: _Given, drawn: Tickets) -> Choice | None:
    asked = given.asked
    if rule.name != CERTIFIED:
        return rule.choose(given.alone.tickets, asked)
    if asked.promises < 1:
        return None
    found = certificate_on(
        drawn,
        given.scores.tickets,
        escalate_above=asked.certified_limit,
        risk=asked.risk,
        delta=asked.delta,
    )
    return promised_choice(found, asked)


def _chosen(rule: Rule, choice: Choice, given: _Given) -> ChosenThreshold:
    here = given.scores.outcomes(choice.policy)
    unseen = None if choice.certificate else _held_out(rule, given)
    judged = here if unseen is None else unseen
    return chosen_threshold(
        rule,
        choice,
        given.asked,
        in_sample=given.summary(here),
        share_wrong=share_wrong(here),
        out_of_sample=given.summary(unseen) if unseen is not None else None,
        n_folds=given.n_folds,
        saving=saving_of(judged, given.asked.costs, held_out=unseen is not None),
    )


def share_wrong(of: Outcomes) -> Estimate:
    """As `share_wrong_on` has it."""
    return one_more_wrong(of.right, of.groups, of.outcome == ROUTE)


def _held_out(rule: Rule, given: _Given) -> Outcomes:
    """What the rule does to each fold when it has seen the others; no tickets with a single fold.

    Without an answer it leaves a fold in review.
    """
    scores, tickets, alone = given.scores, given.scores.tickets, given.alone
    fold, n = scores.fold, len(tickets.score)
    outcome, marks = np.full(n, REVIEW), np.zeros((2, n), dtype=np.bool_)
    for one in np.unique(alone.fold):
        inside = np.flatnonzero(fold == one)
        choice = rule.choose(alone.tickets.rows(alone.fold != one), given.asked)
        if choice is None:
            continue
        unseen = tickets.rows(inside)
        decisions = unseen.decided(choice.policy)
        outcome[inside] = decisions.outcome
        marks[:, inside] = decisions.collision, unseen.missed(choice.policy)
    found = scores.with_decisions(Decisions(tickets.top, outcome, marks[0]), marks[1])
    return found if given.n_folds > 1 else found.rows(np.zeros(n, dtype=np.bool_))

"""One recommendation for a run: which set, which setting, and whether it pays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ticketbench.core.policy import Costs, Policy
from ticketbench.core.types import Estimate, ScoreTable, Value, tells
from ticketbench.measure.counts.mixed_pairs import MixedPair, mixed_pairs
from ticketbench.measure.evaluation import Measured
from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.changes import metric_change
from ticketbench.measure.pairs.label_outcomes import LabelMove, label_moves, worst
from ticketbench.measure.pairs.pairing import judged, paired
from ticketbench.measure.pairs.verdict import Verdict, verdict
from ticketbench.measure.routing.outcomes import RoutingSummary
from ticketbench.measure.standing import Standing
from ticketbench.measure.thresholds.certificate import Certificate
from ticketbench.measure.thresholds.choose import (
    FEWEST_TICKETS,
    ChosenThreshold,
    saving_on,
    share_wrong_on,
    summary_on,
)
from ticketbench.measure.thresholds.saving import Saving
from ticketbench.measure.thresholds.tickets import Tickets

MOST_FAILED = 0.05
"""With a larger share of tickets without an answer nothing is recommended."""

Kind = Literal["promise", "money", "review", "too few", "incomplete", "no scores"]
SETTLED: tuple[Kind, ...] = ("promise", "money", "review")


@dataclass(frozen=True, slots=True)
class Today:
    """What runs now: the baseline's set and policy, else the first set at the config's policy."""

    rubric_set: str
    policy: Policy


@dataclass(frozen=True, slots=True, eq=False)
class Setting(Value):
    """A rubric set at one threshold, escalation limit and temperature.

    routing      what becomes of these tickets
    share_wrong  of the routed ones, one more counted as wrong than are
    saving       against a review of every ticket; held out where the threshold was chosen by cost
    """

    rubric_set: str
    threshold: float
    escalate_above: float
    temperature: float
    label_thresholds: tuple[tuple[str, float], ...]
    routing: RoutingSummary
    share_wrong: Estimate
    saving: Saving

    @property
    def policy(self) -> Policy:
        """What decides each ticket so."""
        return Policy(
            threshold=self.threshold,
            escalate_above=self.escalate_above,
            temperature=self.temperature,
            label_thresholds=self.label_thresholds,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Recommendation(Value):
    """What to set, by the first of these that applies, and what it stands beside.

    1. promise: a target is stated, its certificate is firm, and it saves for sure
    2. money: the cheapest threshold saves for sure
    3. review: keep giving every ticket to a person

    kind        one of these, or too few (under 50 tickets), or incomplete (over 5 % have no answer
                under one of the sets, as which set to use is then not known), or no scores (the
                top labels alone are known)
    rubric_set  the set to use
    also        other sets that could be used as well: better than the first one, and not beaten
    setting     its setting; of kind review the cheapest one, which does not surely save; None
                where nothing is recommended at all
    challenger  the set that today's is held against: the one to use where that is another, else the
                one with the highest accuracy of the others; empty where there is no other
    versus      what the accuracies say of the challenger against today's set; None where alone
    moves       of each label, what changes with the setting; empty where there is none
    mixed       the pairs of labels that the set to use takes for each other most
    n_failed    tickets without an answer under the set to use
    today       what runs now
    promise     the certificate of the set; None where nothing is promised for it
    confidence  how sure a promise is; target and costs are those of the settings, stated or not
    n_promises  how many promises share what may go wrong
    """

    kind: Kind
    rubric_set: str
    also: tuple[str, ...]
    challenger: str
    versus: Verdict | None
    setting: Setting | None
    moves: tuple[LabelMove, ...]
    mixed: tuple[MixedPair, ...]
    n_failed: int
    today: Setting
    promise: Certificate | None
    target: float
    target_stated: bool
    confidence: float
    n_promises: int
    costs: Costs
    prices_stated: bool

    @property
    def firm(self) -> bool:
        """Whether the promise may be relied on without a second step."""
        return self.promise is not None and self.promise.firm

    @property
    def hurt(self) -> LabelMove | None:
        """The label that loses most; None where none is found to lose."""
        return worst(self.moves)


def promises(names: Sequence[str], today: str, *, certify: str = "") -> tuple[int, ...]:
    """For each set how many promises share what may go wrong with its own; 0: none is made.

    One set, or the one named by `certify`, has it alone. Else every set but today's has its part:
    no promise is made for what runs already.
    """
    if certify or len(names) == 1:
        return tuple(int(name == (certify or names[0])) for name in names)
    shared = sum(name != today for name in names)
    return tuple(0 if name == today else shared for name in names)


def recommend(
    tables: Sequence[ScoreTable],
    evaluations: Sequence[Measured],
    standing: Standing,
    today: Today,
) -> Recommendation:
    """The recommendation for sets in config order; `evaluations` in the same order."""
    names = [table.provenance.rubric_set for table in tables]
    name = preferred_set(names, standing, today.rubric_set)
    labelled = {t.provenance.rubric_set: t.labelled() for t in tables}
    accuracy = {of: float(t.right.mean()) if t.n_scored else 0.0 for of, t in labelled.items()}
    challenger = challenger_of(accuracy, name, today.rubric_set)
    before = tables[names.index(today.rubric_set)]
    other = tables[names.index(challenger)] if challenger else None
    return beside_others(
        recommend_setting(name, tables, evaluations, today),
        evaluations,
        standing,
        challenger=challenger,
        versus=_versus(before, other, standing) if other is not None else None,
    )


def recommend_setting(
    name: str, tables: Sequence[ScoreTable], evaluations: Sequence[Measured], today: Today
) -> Recommendation:
    """What to set for the rubric set `name`, whichever set is the one to use.

    It is held against no other set: there is no challenger, and only its own tickets and those of
    the set of `today`, which is one of them, need answers.
    """
    names = [table.provenance.rubric_set for table in tables]
    at, first = names.index(name), names.index(today.rubric_set)
    table, before, evaluation = tables[at], tables[first], evaluations[at]
    return recommendation_of(
        evaluation,
        evaluations[first],
        mixed=mixed_pairs(table, before),
        today=setting_on(before.where_known("top score"), today.policy, evaluation.settings.costs),
        moves=lambda then: label_moves((before, today.policy), (table, then.policy)),
    )


def recommendation_of(
    of: Measured,
    before: Measured,
    *,
    mixed: tuple[MixedPair, ...],
    today: Setting,
    moves: Callable[[Setting], tuple[LabelMove, ...]],
) -> Recommendation:
    """What to set for the set `of`, as `recommend_setting` has it, where `before` runs at `today`.

    `moves` tells what another setting changes for each label; it is asked where one is found.
    """
    chosen = {one.rule: one for one in of.thresholds}
    kind: Kind = "no scores"
    if tells(of.known, "top score"):
        kind = "incomplete" if incomplete((of, before)) else kind_of(of, chosen)
    settings, certified = of.settings, chosen.get("certified")
    best = certified if kind == "promise" else chosen.get("cost_optimal")
    setting = chosen_setting(of.rubric_set, best) if best and kind in SETTLED else None
    return Recommendation(
        kind=kind,
        rubric_set=of.rubric_set,
        also=(),
        challenger="",
        versus=None,
        setting=setting,
        moves=moves(setting) if setting else (),
        mixed=mixed,
        n_failed=of.n_failed,
        today=today,
        promise=certified.certificate if certified else None,
        target=settings.min_precision,
        target_stated=settings.target_stated,
        confidence=settings.confidence,
        n_promises=settings.promises,
        costs=settings.costs,
        prices_stated=settings.prices_stated,
    )


def beside_others(
    found: Recommendation,
    evaluations: Sequence[Measured],
    standing: Standing,
    *,
    challenger: str,
    versus: Verdict | None,
) -> Recommendation:
    """What was found for the set to use, beside all sets of the run: each has to be complete."""
    if incomplete(evaluations) and found.kind != "no scores":
        found = replace(found, kind="incomplete", setting=None, moves=())
    names = [one.rubric_set for one in evaluations]
    also = _also(names, standing, found.rubric_set)
    return replace(found, also=also, challenger=challenger, versus=versus)


def chosen_setting(rubric_set: str, of: ChosenThreshold) -> Setting:
    """The setting that a rule chose: its outcomes on these tickets, its saving as the rule has it.

    The thresholds of single labels are no part of it.
    """
    return Setting(
        rubric_set=rubric_set,
        threshold=of.threshold,
        escalate_above=of.escalate_above,
        temperature=of.temperature,
        label_thresholds=(),
        routing=of.in_sample,
        share_wrong=of.share_wrong,
        saving=of.saving,
    )


def setting_on(table: ScoreTable, policy: Policy, costs: Costs) -> Setting:
    """What `policy` does to the tickets of `table`; no allowance for having been chosen on them."""
    tickets = Tickets.of(table, policy)
    return Setting(
        rubric_set=table.provenance.rubric_set,
        threshold=policy.threshold,
        escalate_above=policy.escalate_above,
        temperature=policy.temperature,
        label_thresholds=policy.label_thresholds,
        routing=summary_on(table, tickets, policy, costs),
        share_wrong=share_wrong_on(tickets, policy),
        saving=saving_on(tickets, policy, costs),
    )


def incomplete(evaluations: Sequence[Measured]) -> tuple[Measured, ...]:
    """Those of which too many tickets have no answer for anything to be recommended."""
    return tuple(e for e in evaluations if e.n_failed > MOST_FAILED * e.n_requested)


def kind_of(evaluation: Measured, chosen: Mapping[str, ChosenThreshold]) -> Kind:
    """Of a complete evaluation, by what every rule has chosen."""
    if evaluation.n_tickets < FEWEST_TICKETS:
        return "too few"
    certified, cheapest = chosen.get("certified"), chosen["cost_optimal"]
    firm = certified and certified.certificate and certified.certificate.firm
    if certified and firm and evaluation.settings.target_stated and certified.saving.pays == "yes":
        return "promise"
    return "money" if cheapest.saving.pays == "yes" else "review"


def preferred_set(names: Sequence[str], standing: Standing, today: str) -> str:
    """The set to use: the first that beats today's, leaders before others, else today's.

    Where no set is found better than the first one, that one leads.
    """
    leaders = [name for name in names if name in standing.leaders] or [names[0]]
    if today in leaders:
        return today
    return next((name for name in (*leaders, *names) if standing.beats(name, today)), today)


def challenger_of(accuracy: Mapping[str, float], name: str, today: str) -> str:
    """As a recommendation of the set `name` has it; of equal accuracies the earlier set."""
    if name != today:
        return name
    others = {other: value for other, value in accuracy.items() if other != today}
    return max(others, key=others.__getitem__, default="")


def _versus(today: ScoreTable, challenger: ScoreTable, standing: Standing) -> Verdict:
    """The verdict of the standing, as one on the challenger whichever of the two it speaks of."""
    names = today.provenance.rubric_set, challenger.provenance.rubric_set
    told = standing.pair(*names)
    if any((one.base, one.candidate) == names for one in standing.pairs):
        return told
    usual = Policy()
    pair = paired(judged(today, usual), judged(challenger, usual))
    change = metric_change(METRICS.get("accuracy"), pair).change
    return verdict(change, margin=told.margin, confidence=told.confidence, p=told.p)


def _also(names: Sequence[str], standing: Standing, name: str) -> tuple[str, ...]:
    """The leaders beside `name` that it does not beat, as one may that is no leader itself."""
    others = (other for other in names if other in standing.leaders and other != name)
    return tuple(other for other in others if not standing.beats(name, other))

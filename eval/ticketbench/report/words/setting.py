"""The one recommendation in words: which set, which setting, does it pay, and what runs today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.recommendation import Recommendation, Setting, incomplete
from ticketbench.measure.routing.outcomes import RoutingSummary
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS
from ticketbench.report.words import numbers
from ticketbench.report.words.thresholds import promise_text, unit_of


@dataclass(frozen=True, slots=True)
class SettingText:
    """Sentences without their last stop; empty where there is nothing to say.

    headline  which set and setting to use, or why none is recommended
    of_100    what becomes of a hundred tickets
    pays      what it costs against a person reading every one
    today     what runs now, and what that costs
    promise   what is promised, or why not; empty where no target is stated
    order     how it was chosen; empty where a target is stated, as its sentence says it
    """

    headline: str
    of_100: str = ""
    pays: str = ""
    today: str = ""
    promise: str = ""
    order: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What follows the headline, as far as there is something to say."""
        said = (self.of_100, self.pays, self.today, self.promise, self.order)
        return tuple(line for line in said if line)


def setting_text(found: Recommendation | None, evaluations: Sequence[Evaluation]) -> SettingText:
    """The recommendation for these rubric sets; None: of before there was one."""
    if found is None:
        return SettingText("Nothing was recommended: run it again with this version")
    evaluation = next(e for e in evaluations if e.provenance.rubric_set == found.rubric_set)
    if found.kind == "incomplete":
        return SettingText(f"Incomplete: {_missing(evaluations)}. Run it again")
    if found.setting is None:
        few = numbers.count(evaluation.n_scored, "ticket")
        return SettingText(
            f"Too few tickets to recommend a threshold: {few}, and {FEWEST_TICKETS} are the fewest"
        )
    return SettingText(
        headline=_headline(found, evaluation, alone=len(evaluations) == 1),
        of_100=_of_100(found),
        pays=_pays(found) if found.setting.routing.routed else "",
        today=_today(found),
        promise=_promise_or_cost(found, evaluation),
        order=_order(found),
    )


def per_100(routing: RoutingSummary) -> tuple[int, int, int, int]:
    """Right, wrong, to review and escalated of 100 tickets, by largest remainder: their sum is 100.

    Equal remainders go to the earlier part. No tickets: zeros.
    """
    parts = np.array([routing.right, routing.wrong, routing.reviewed, routing.escalated])
    if routing.n == 0:
        return 0, 0, 0, 0
    whole, rest = np.divmod(100 * parts, routing.n)
    order = np.argsort(-rest, kind="stable")
    whole[order[: 100 - int(whole.sum())]] += 1
    right, wrong, review, escalated = whole.tolist()
    return right, wrong, review, escalated


def at_text(setting: Setting) -> str:
    """A setting as "threshold 0.90, without escalation"."""
    escalation = "without escalation"
    if setting.escalate_above < 1:
        escalation = f"escalating above {numbers.threshold(setting.escalate_above)}"
    scale = f", at temperature {setting.temperature:g}" if setting.temperature != 1 else ""
    own = " and those of labels" if setting.label_thresholds else ""
    return f"threshold {numbers.threshold(setting.threshold)}{own}, {escalation}{scale}"


def _missing(evaluations: Sequence[Evaluation]) -> str:
    """How many tickets lack an answer, of the first set of which too many do."""
    e = incomplete(evaluations)[0]
    under = "" if len(evaluations) == 1 else f" under {e.provenance.rubric_set}"
    return f"{e.n_failed:,} of {e.n_requested:,} tickets have no answer{under}"


def _headline(found: Recommendation, evaluation: Evaluation, *, alone: bool) -> str:
    keeps = found.rubric_set == found.today.rubric_set
    if found.kind == "review" or found.setting is None:
        why = "it costs more" if _pays_of(found) == "no" else "no clear saving"
        keep = f"keep people reading every ticket: {why}{_example(found, start=', at')}"
        return f"K{keep[1:]}" if alone or keeps else f"{found.rubric_set} is better, but {keep}"
    use = (
        "Set" if alone else f"Keep {found.rubric_set} at" if keeps else f"Use {found.rubric_set} at"
    )
    said = f"{use} {at_text(found.setting)}"
    # Else who sets the one number keeps others that it was not chosen with.
    own = evaluation.settings.policy.label_thresholds
    said += ", without `policy.label_thresholds`" if own else ""
    said += f"; {_listed(found.also)} may do as well" if found.also else ""
    # A promise was chosen by the target, whatever the prices are.
    examples = _example(found, start="At") if found.kind == "money" else ""
    return f"{examples}: {said[:1].lower() + said[1:]}" if examples else said


def _example(found: Recommendation, *, start: str) -> str:
    """That the prices are no prices of the user; empty where they are."""
    costs = found.costs
    prices = f"example prices (a wrong route {costs.misroute:g}, a reading {costs.review:g})"
    return "" if found.prices_stated else f"{start} {prices}"


def _pays_of(found: Recommendation) -> str:
    return found.setting.saving.pays if found.setting else "cannot tell"


def _of_100(found: Recommendation) -> str:
    if found.setting is None:
        return ""
    setting = found.setting
    *_, review, escalated = per_100(setting.routing)
    if found.kind == "review" and not setting.routing.routed:
        return "No threshold with two decimals costs less on these tickets"
    cheapest = f"Cheapest: {at_text(setting)}. " if found.kind == "review" else ""
    to_two = f", two teams decide {escalated} (escalated)" if escalated else ""
    alone = _alone(setting.routing)
    return f"{cheapest}Of 100 of these tickets, {alone}; a person reads {review}{to_two}"


def _alone(routing: RoutingSummary, *, of: str = "") -> str:
    right, wrong, *_ = per_100(routing)
    if routing.routed and right + wrong == 0:
        return f"fewer than 1{of} goes out alone"
    few = "fewer than 1" if routing.wrong else "none"
    go = "goes" if right + wrong == 1 else "go"
    return f"{right + wrong}{of} {go} out alone, {f'about {wrong}' if wrong else few} wrong"


def _pays(found: Recommendation) -> str:
    assert found.setting is not None
    saving = found.setting.saving
    word = {"yes": "It pays", "no": "It does not pay", "cannot tell": "Cannot tell if it pays"}
    brackets = "Brackets: likely range. " if numbers.interval(saving.cost, share=False) else ""
    other = "Tested on tickets it was not chosen on"
    return (
        f"{word[saving.pays]}: {numbers.estimate(saving.cost, share=False)} a ticket, "
        f"{_prices(found)}. {brackets}{other if saving.held_out else 'Counted on these tickets'}"
    )


def _prices(found: Recommendation) -> str:
    """What a cost holds, and what it is counted in."""
    misroute, by_hand = found.costs.misroute, numbers.price(found.costs.review)
    return f"wrong routes at {misroute:g}; a person reading it costs {by_hand}"


def _today(found: Recommendation) -> str:
    today, known = found.today, found.setting is not None and found.setting.routing.routed
    *_, escalated = per_100(today.routing)
    alone = _alone(today.routing, of="" if known else " of 100")
    to_two = f", {escalated} to two teams" if escalated else ""
    return (
        f"Today ({today.rubric_set} at {at_text(today)}) {alone}{to_two}, at "
        f"{numbers.estimate(today.saving.cost, share=False)} a ticket{_dear(found)}"
    )


def _dear(found: Recommendation) -> str:
    """How the cost of today stands beside the others; more than by hand only where it is sure."""
    today, setting = found.today.saving, found.setting
    if setting is None or not setting.routing.routed:
        return f", {_prices(found)}"
    if today.per_ticket.value > setting.saving.per_ticket.value:
        return ", less than the setting above"
    return ", more than by hand" if today.pays == "no" else ""


def _promise_or_cost(found: Recommendation, evaluation: Evaluation) -> str:
    """What is promised; where that did not decide, that cost did."""
    said = _promise(found, evaluation)
    # That a firm promise is not sure to save says it already.
    by_cost = found.kind == "money" and said and not found.firm
    return f"{said}. Chosen by cost" if by_cost else said


def _promise(found: Recommendation, evaluation: Evaluation) -> str:
    if not found.target_stated:
        return ""
    target = numbers.confidence(found.target)
    name = found.rubric_set
    if found.promise is None and name != found.today.rubric_set:
        return f"No promise is made for {name}: `choose.certify` names another set"
    if found.promise is None:
        return (
            f"No promise is made for {name}, which runs today; `choose.certify: {name}` asks for "
            "one"
        )
    if found.kind == "promise" or not found.promise.firm:
        return promise_text(
            found.promise,
            target=found.target,
            confidence=found.confidence,
            unit=unit_of(evaluation),
        )
    at = numbers.threshold(found.promise.threshold)
    return f"Your target, {target} right, can be promised at {at}, but is not sure to save"


def _order(found: Recommendation) -> str:
    if found.target_stated:
        return ""
    return "Chosen so: the cheapest threshold, where it saves; else all to a person"


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last

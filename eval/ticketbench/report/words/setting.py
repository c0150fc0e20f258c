"""The one recommendation in words: which set, which setting, does it pay, and what runs today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.measure.evaluation import Evaluation
from ticketbench.measure.pairs.change import SAME
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
        few = f"{evaluation.n_scored} of at least {FEWEST_TICKETS}"
        return SettingText(f"Too few tickets to decide: {few}")
    return SettingText(
        headline=_headline(found, found.setting, evaluation),
        of_100=_of_100(found, found.setting),
        pays=_pays(found) if found.setting.routing.routed else "",
        today=_today(found),
        promise=_promise_or_cost(found, evaluation),
        order=_order(found),
    )


def per_100(routing: RoutingSummary, *, n_failed: int = 0) -> tuple[int, int, int, int]:
    """Right, wrong, to review and escalated of 100 tickets, by largest remainder: their sum is 100.

    `n_failed` tickets without an answer go to review. Equal remainders go to the earlier part. No
    tickets: zeros.
    """
    reviewed, n = routing.reviewed + n_failed, routing.n + n_failed
    parts = np.array([routing.right, routing.wrong, reviewed, routing.escalated])
    if n == 0:
        return 0, 0, 0, 0
    whole, rest = np.divmod(100 * parts, n)
    order = np.argsort(-rest, kind="stable")
    whole[order[: 100 - int(whole.sum())]] += 1
    right, wrong, review, escalated = whole.tolist()
    return right, wrong, review, escalated


def at_text(setting: Setting) -> str:
    """A setting as "threshold 0.90, without escalation"."""
    own = " and those of labels" if setting.label_thresholds else ""
    return f"threshold {numbers.threshold(setting.threshold)}{own}, {_escalation(setting)}"


def _escalation(setting: Setting) -> str:
    if setting.escalate_above >= 1:
        return "without escalation"
    return f"escalating above {numbers.threshold(setting.escalate_above)}"


def _missing(evaluations: Sequence[Evaluation]) -> str:
    """How many tickets lack an answer, of the first set of which too many do."""
    e = incomplete(evaluations)[0]
    under = "" if len(evaluations) == 1 else f" under {e.provenance.rubric_set}"
    have = "has" if e.n_failed == 1 else "have"
    return f"{e.n_failed:,} of {e.n_requested:,} tickets {have} no answer{under}"


def _headline(found: Recommendation, setting: Setting, evaluation: Evaluation) -> str:
    """By the first that applies: it does not pay, nothing speaks for another set, a setting."""
    if found.kind == "review":
        why = "it costs more" if setting.saving.pays == "no" else "no clear saving"
        keep = f"keep people routing: {why}"
        better = found.challenger == found.rubric_set
        return f"{found.rubric_set} is better, but {keep}" if better else f"K{keep[1:]}"
    if _keeps_for_now(found):
        return _why_kept(found)
    use = f"{_use(found)} {at_text(setting)}"
    # Else who sets the one number keeps others that it was not chosen with.
    use += ", the same for every label" if evaluation.settings.policy.label_thresholds else ""
    if found.prices_stated or found.kind == "promise":
        return use
    return f"At {_example_prices(found)}: {use[:1].lower()}{use[1:]}"


def _use(found: Recommendation) -> str:
    if not found.challenger:
        return "Set"
    if found.rubric_set != found.challenger:
        return f"Keep {found.rubric_set} at"
    if found.also:
        all_ = _listed((found.rubric_set, *found.also))
        return f"{all_} cannot be told apart: use {found.rubric_set} at"
    return f"Use {found.rubric_set} at"


def _keeps_for_now(found: Recommendation) -> bool:
    """Whether today's set stays although none is found worse."""
    if found.versus is None or found.rubric_set == found.challenger:
        return False
    return found.versus.outcome != "worse"


def _why_kept(found: Recommendation) -> str:
    keep, other, told = found.rubric_set, found.challenger, found.versus
    assert told is not None
    if told.difference.method == SAME:
        return f"Keep {keep}: {other} is {keep}, no answer differs"
    if told.outcome == "no relevant difference":
        return f"Keep {keep}: {other} makes no difference that matters"
    if found.also:
        return f"{_listed((keep, *found.also))} cannot be told apart: keep {keep}"
    return f"Keep {keep} for now: these tickets cannot tell"


def _example_prices(found: Recommendation) -> str:
    costs = found.costs
    return f"example prices (a wrong route {costs.misroute:g}, a reading {costs.review:g})"


def _of_100(found: Recommendation, setting: Setting) -> str:
    """What becomes of a hundred tickets, behind the setting where the headline has none."""
    *_, review, escalated = per_100(setting.routing, n_failed=found.n_failed)
    if found.kind == "review" and not setting.routing.routed:
        return "No threshold with two decimals costs less on these tickets"
    start = ""
    if found.kind == "review":
        start = f"Cheapest: {at_text(setting)}. "
    elif _keeps_for_now(found):
        start = f"At {at_text(setting)}: "
    to_two = f", {escalated} to two teams" if escalated else ""
    alone = _alone(setting.routing, n_failed=found.n_failed)
    of = "Of" if not start or start.endswith(". ") else "of"
    return f"{start}{of} 100 tickets, {alone}, {review} to a person{to_two}"


def _alone(routing: RoutingSummary, *, n_failed: int = 0, of: str = "") -> str:
    right, wrong, *_ = per_100(routing, n_failed=n_failed)
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

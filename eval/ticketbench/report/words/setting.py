"""The one recommendation in words: which set, which setting, does it pay, and what runs today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ticketbench.measure.pairs.change import SAME
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS
from ticketbench.report.words import numbers
from ticketbench.report.words.missing import incomplete_text
from ticketbench.report.words.recommendation import series
from ticketbench.report.words.thresholds import (
    promise_text,
    right_of_100,
    short_promise_text,
    unit_of,
)

if TYPE_CHECKING:
    from ticketbench.measure.evaluation import Measured
    from ticketbench.measure.recommendation import Recommendation, Setting
    from ticketbench.measure.routing.outcomes import RoutingSummary


@dataclass(frozen=True, slots=True)
class SettingText:
    """Sentences without their last stop; empty where there is nothing to say.

    headline  which set and setting to use, or why none is recommended
    of_100    what becomes of a hundred tickets
    above     how many tickets there are, and what runs today; it stands above the headline
    target    what is promised, in short; empty where no target is stated
    pays      what it costs against a person reading every one
    today     what runs now, and what that costs
    promise   what is promised, or why not, with what it rests on; empty where no target is stated
    order     how it was chosen; empty where a target is stated, as its sentence says it

    The first four are for everybody, without brackets or keys of the config; the others for whoever
    checks the numbers.
    """

    headline: str
    of_100: str = ""
    above: str = ""
    target: str = ""
    pays: str = ""
    today: str = ""
    promise: str = ""
    order: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What follows the headline for whoever checks it, as far as there is something to say."""
        said = (self.of_100, self.pays, self.today, self.promise, self.order)
        return tuple(line for line in said if line)


def setting_text(found: Recommendation | None, evaluations: Sequence[Measured]) -> SettingText:
    """The recommendation for these rubric sets; None: of before there was one."""
    if found is None:
        return SettingText("Nothing was recommended: run it again with this version")
    evaluation = next(e for e in evaluations if e.rubric_set == found.rubric_set)
    above = _above(found, evaluations)
    certified = next((e.rubric_set for e in evaluations if e.settings.promises), "")
    if found.kind == "incomplete":
        return SettingText(f"Incomplete: {incomplete_text(evaluations)}", above=above)
    if found.kind == "no scores":
        return SettingText("No threshold without scores: only top labels are known", above=above)
    if found.setting is None:
        few = f"{evaluation.n_tickets} of at least {FEWEST_TICKETS}"
        return SettingText(f"Too few tickets to decide: {few}", above=above)
    return SettingText(
        headline=_headline(found, found.setting, evaluation),
        of_100=_of_100(found, found.setting),
        above=above,
        target=_target(found, evaluation) if found.target_stated else "",
        pays=_pays(found) if found.setting.routing.routed else "",
        today=_today(found, evaluations),
        promise=_promise_or_cost(found, evaluation, certified),
        order=_order(found),
    )


def per_100(routing: RoutingSummary, *, n_failed: int = 0) -> tuple[int, int, int, int]:
    """Right, wrong, to review and escalated of 100 tickets, by largest remainder: their sum is 100.

    `n_failed` tickets without an answer go to review. Equal remainders go to the earlier part. No
    tickets: zeros.
    """
    reviewed = routing.reviewed + n_failed
    parts = hundredths(routing.right, routing.wrong, reviewed, routing.escalated)
    right, wrong, review, escalated = parts
    return right, wrong, review, escalated


def hundredths(*parts: int) -> list[int]:
    """Parts of a hundred by largest remainder, so that they sum to it; of nothing zeros.

    Equal remainders go to the earlier part.
    """
    n = sum(parts)
    if n == 0:
        return [0] * len(parts)
    whole, rest = np.divmod(100 * np.array(parts), n)
    order = np.argsort(-rest, kind="stable")
    whole[order[: 100 - int(whole.sum())]] += 1
    found: list[int] = whole.tolist()
    return found


def at_text(setting: Setting) -> str:
    """A setting as "threshold 0.90, without escalation"."""
    own = " and those of labels" if setting.label_thresholds else ""
    return f"threshold {numbers.threshold(setting.threshold)}{own}, {_escalation(setting)}"


def set_text(found: Recommendation, evaluation: Measured, *, keep: bool = False) -> str:
    """What to set for a set that was asked for, whichever is the one to use; no last stop.

    One for which something is recommended; `keep` where the config sets just that.
    """
    assert found.setting is not None
    if found.kind == "review":
        return f"K{_keep_people(found, found.setting)[1:]}"
    said = f"{'Keep' if keep else 'Set'} {_at(found.setting, evaluation)}"
    return f"At example prices: {_small(said, found)}" if _by_example(found) else said


def _escalation(setting: Setting) -> str:
    if setting.escalate_above >= 1:
        return "without escalation"
    return f"escalating above {numbers.threshold(setting.escalate_above)}"


def _above(found: Recommendation, evaluations: Sequence[Measured]) -> str:
    """As one line: how many tickets, how many without an answer, what runs today."""
    today, first = found.today, evaluations[0]
    name = f"{today.rubric_set} at " if len(evaluations) > 1 else "threshold "
    own = f" and others by {first.settings.label_word}" if today.label_thresholds else ""
    at = f"{name}{numbers.threshold(today.threshold)}{own}"
    tickets = numbers.count(max(e.n_requested for e in evaluations), "ticket")
    return f"{tickets}{_without_answer(evaluations)}; today {at}"


def _without_answer(evaluations: Sequence[Measured]) -> str:
    """How many tickets have none, by set where there are several; of more than two the most."""
    failed = [e for e in evaluations if e.n_failed]
    if not failed:
        return ""
    if len(evaluations) == 1:
        return f", {failed[0].n_failed:,} without answer"
    if len(failed) > 2:
        return f", up to {max(e.n_failed for e in failed):,} without answer"
    by_set = (f"{e.n_failed:,} without answer under {e.rubric_set}" for e in failed)
    return f", {', '.join(by_set)}"


def _headline(found: Recommendation, setting: Setting, evaluation: Measured) -> str:
    """By the first that applies: it does not pay, nothing speaks for another set, a setting."""
    if found.kind == "review":
        keep = _keep_people(found, setting)
        return f"{found.rubric_set} is better, but {keep}" if _is_new(found) else f"K{keep[1:]}"
    if _keeps_for_now(found):
        return _why_kept(found)
    use = f"{_use(found)} {_at(setting, evaluation)}"
    return f"At example prices: {_small(use, found)}" if _by_example(found) else use


def _keep_people(found: Recommendation, setting: Setting) -> str:
    why = "it costs more" if setting.saving.pays == "no" else "no clear saving"
    return f"keep people routing: {why}{'' if found.prices_stated else ' at example prices'}"


def _at(setting: Setting, evaluation: Measured) -> str:
    """As `at_text`; who sets the one number would else keep others that it was not chosen with."""
    own = evaluation.settings.policy.label_thresholds
    same = f", the same for every {evaluation.settings.label_word}" if own else ""
    return f"{at_text(setting)}{same}"


def _by_example(found: Recommendation) -> bool:
    """Whether prices chose the setting that are not those of the user."""
    return found.kind == "money" and not found.prices_stated


def _small(sentence: str, found: Recommendation) -> str:
    """With a small first letter, unless it begins with the name of a set."""
    named = sentence.startswith((found.rubric_set, *found.also)) and bool(found.also)
    return sentence if named else f"{sentence[:1].lower()}{sentence[1:]}"


def _use(found: Recommendation) -> str:
    if not _is_new(found):
        return f"Keep {found.rubric_set} at" if found.challenger else "Set"
    if found.also:
        all_ = series((found.rubric_set, *found.also))
        return f"{all_} cannot be told apart: use {found.rubric_set} at"
    return f"Use {found.rubric_set} at"


def _keeps_for_now(found: Recommendation) -> bool:
    """Whether today's set stays although none is found worse."""
    return found.versus is not None and not _is_new(found) and found.versus.outcome != "worse"


def _is_new(found: Recommendation) -> bool:
    """Whether another set is to be used than that of today, as it is better."""
    return found.rubric_set != found.today.rubric_set


def _why_kept(found: Recommendation) -> str:
    keep, other, told = found.rubric_set, found.challenger, found.versus
    assert told is not None
    if told.difference.method == SAME:
        return f"Keep {keep}: {other} is {keep}, no answer differs"
    if told.outcome == "no relevant difference":
        return f"Keep {keep}: {other} makes no difference that matters"
    if found.also:
        return f"{series((keep, *found.also))} cannot be told apart: keep {keep}"
    return f"Keep {keep} for now: these tickets cannot tell"


def _of_100(found: Recommendation, setting: Setting) -> str:
    """What becomes of a hundred tickets, behind the setting where the headline has none."""
    if found.kind == "review" and not setting.routing.routed:
        return "No threshold with two decimals costs less on these tickets"
    told = _parts(setting.routing, n_failed=found.n_failed)
    if found.kind == "review":
        return f"Cheapest: {at_text(setting)}. Of 100 tickets, {told}"
    if not _keeps_for_now(found):
        return f"Of 100 tickets, {told}"
    set_ = "At example prices: set" if _by_example(found) else "Set"
    return f"{set_} {at_text(setting)}. Of 100 tickets, {told}"


def _parts(routing: RoutingSummary, *, n_failed: int = 0) -> str:
    """Such as "34 go out alone, about 4 wrong, 66 to a person"."""
    *_, review, escalated = per_100(routing, n_failed=n_failed)
    person = _few(review, exact=routing.reviewed + n_failed)
    two = _few(escalated, exact=routing.escalated)
    to_two = f", {two} to two teams" if routing.escalated else ""
    return f"{_alone(routing, n_failed=n_failed)}, {person} to a person{to_two}"


def _few(of_100: int, *, exact: int) -> str:
    """A part of a hundred; never a zero that is none."""
    if of_100 == 0:
        return "fewer than 1" if exact else "none"
    return str(of_100)


def _alone(routing: RoutingSummary, *, n_failed: int = 0, of: str = "") -> str:
    right, wrong, *_ = per_100(routing, n_failed=n_failed)
    if right + wrong == 0:
        goes = "goes" if routing.routed else "go"
        return f"{_few(0, exact=routing.routed)}{of} {goes} out alone"
    about = f"about {wrong}" if wrong else _few(0, exact=routing.wrong)
    go = "goes" if right + wrong == 1 else "go"
    return f"{right + wrong}{of} {go} out alone, {about} wrong"


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


def _today(found: Recommendation, evaluations: Sequence[Measured]) -> str:
    today, known = found.today, found.setting is not None and found.setting.routing.routed
    n_failed = next(e for e in evaluations if e.rubric_set == today.rubric_set).n_failed
    *_, escalated = per_100(today.routing, n_failed=n_failed)
    alone = _alone(today.routing, n_failed=n_failed, of="" if known else " of 100")
    to_two = f", {escalated} to two teams" if escalated else ""
    scale = f", at temperature {today.temperature:g}" if today.temperature != 1 else ""
    return (
        f"Today ({today.rubric_set} at {at_text(today)}{scale}) {alone}{to_two}, at "
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


def _target(found: Recommendation, evaluation: Measured) -> str:
    """What is promised, in one short sentence."""
    name = found.rubric_set
    if found.promise is None:
        other = name != found.today.rubric_set
        why = ": another set was named for one" if other else ", which runs today"
        return f"No promise is made for {name}{why}"
    if found.kind != "promise" and found.firm:
        right = right_of_100(found.target)
        return f"Your target, {right}, can be promised, but not with a clear saving"
    return short_promise_text(
        found.promise,
        target=found.target,
        confidence=found.confidence,
        unit=unit_of(evaluation),
    )


def _promise_or_cost(found: Recommendation, evaluation: Measured, certified: str) -> str:
    """What is promised; where that did not decide, that cost did."""
    said = _promise(found, evaluation, certified)
    # That a firm promise is not sure to save says it already.
    by_cost = found.kind == "money" and said and not found.firm
    return f"{said}. Chosen by cost" if by_cost else said


def _promise(found: Recommendation, evaluation: Measured, certified: str) -> str:
    if not found.target_stated:
        return ""
    target = numbers.confidence(found.target)
    name = found.rubric_set
    if found.promise is None and name != found.today.rubric_set:
        other = f"`choose.certify: {certified}`" if certified else "another set"
        return f"No promise is made for {name}: the config names {other} for one"
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

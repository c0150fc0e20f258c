"""The four answers of the first screen: is it better, does it pay, who is hurt, what to fix next.

Page, terminal, Markdown and notebook say them with these sentences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ticketbench.core.types import Estimate
from ticketbench.measure.label_outcomes import FEW, LabelMove
from ticketbench.measure.mixed_pairs import FEW as FEW_MIXED
from ticketbench.measure.mixed_pairs import MixedPair
from ticketbench.measure.pairs.change import SAME
from ticketbench.measure.pairs.verdict import Verdict
from ticketbench.measure.recommendation import Recommendation
from ticketbench.measure.results import RunResults
from ticketbench.measure.thresholds.saving import Saving
from ticketbench.report.words import numbers

_CLEAR = 0.5
"""An interval whose nearer end keeps half of the value says "clearly", any other "narrowly"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer; sentences without their last stop.

    id      better, pays, hurt or fix; `name` heads its row on a terminal
    answer  for a page that draws the interval; `row` says it in brackets, and what runs today
    """

    id: str
    name: str
    question: str
    answer: str
    row: str


def answers(results: RunResults) -> tuple[Answer, ...]:
    """The answers that these results allow, in order; none where nothing is recommended."""
    found = results.recommendation
    if found is None or found.setting is None:
        return ()
    return (
        _better(results, found),
        _pays(found),
        _hurt(found, results.evaluations[0].settings.label_word),
        _fix(found),
    )


def of_100(share: float) -> str:
    """A share as a whole number of a hundred; one that only rounds to 0 or 100 is said as such."""
    if math.isnan(share):
        return numbers.DASH
    whole = math.floor(100 * share + 0.5)
    if whole == 0 and share > 0:
        return "fewer than 1"
    if whole == 100 and share < 1:
        return "more than 99"
    return str(whole)


def accuracy_of(results: RunResults, name: str) -> Estimate:
    """The accuracy of the rubric set `name`."""
    by_name = {e.provenance.rubric_set: e for e in results.evaluations}
    return by_name[name].metric("accuracy")


def sureness(value: float, low: float, high: float) -> str:
    """How sure a value is whose interval lies on one side of 0: clearly or narrowly."""
    nearer = low if value > 0 else -high
    return "clearly" if nearer >= _CLEAR * abs(value) else "narrowly"


def _better(results: RunResults, found: Recommendation) -> Answer:
    if found.versus is None:
        accuracy = accuracy_of(results, found.rubric_set)
        right = f"{of_100(accuracy.value)} of 100"
        row = f"best answer right for {right}{_ends_of_100(accuracy)}"
        return Answer("better", "version", "Is it right?", f"{right} of its best answers", row)
    new, old, told = found.challenger, found.today.rubric_set, found.versus
    seen = _both(results, new, old)
    said = _verdict_in_short(told, new=new, old=old, seen=seen)
    change = f"; {numbers.difference(told.difference)} points" if told.difference.defined else ""
    row = f"{_row_head(told, new, old)}: {seen}{change}"
    if len(results.evaluations) > 2 and told.confidence != 0.95:
        row += f" at {numbers.confidence(told.confidence)}"
    return Answer("better", "version", f"Is {new} better?", said, row)


def _both(results: RunResults, new: str, old: str) -> str:
    now, before = (of_100(accuracy_of(results, name).value) for name in (new, old))
    return f"{now} of 100 right, {old} {before}"


def _verdict_in_short(told: Verdict, *, new: str, old: str, seen: str) -> str:
    of = told.difference
    if of.method == SAME:
        return f"{new} is {old}: no answer differs"
    if told.outcome in ("better", "worse"):
        word = "Yes" if told.outcome == "better" else "No"
        return f"{word}, {sureness(of.value, of.low, of.high)}: {seen}"
    if told.outcome == "no relevant difference":
        return f"No difference that matters: {seen}"
    if of.value < -told.margin / 2:
        loss, allowed = (numbers.number(100 * one, 1) for one in (-of.value, told.margin))
        return f"Cannot tell: seen loss {loss} points, allowed {allowed}; a person decides"
    more = told.tickets_needed
    return f"Cannot tell: {seen}" + (f"; {numbers.about(more)} tickets would" if more else "")


def _row_head(told: Verdict, new: str, old: str) -> str:
    return {
        "better": f"{new} is better",
        "worse": f"{new} is worse",
        "no relevant difference": "no difference that matters",
        "cannot tell": f"cannot tell if {new} is better",
    }[told.outcome]


def _pays(found: Recommendation) -> Answer:
    assert found.setting is not None
    saving = found.setting.saving
    cost, by_hand = numbers.number(saving.cost.value, 2), numbers.price(saving.by_hand)
    word = {"yes": "Yes", "no": "No", "cannot tell": "Cannot tell"}[saving.pays]
    sure = f", {_sure_saving(saving)}" if saving.pays != "cannot tell" else ""
    row = (
        f"{word.lower()}: {cost} a ticket{_ends(saving.cost)}, by hand {by_hand}, "
        f"today {numbers.number(found.today.saving.cost.value, 2)}"
    )
    said = f"{word}{sure}: {cost} a ticket, by hand {by_hand}"
    return Answer("pays", "pays", "Does it pay?", said, row)


def _sure_saving(saving: Saving) -> str:
    of = saving.per_ticket
    return sureness(of.value, of.low, of.high)


def _hurt(found: Recommendation, label_word: str) -> Answer:
    move = found.hurt
    if move is None:
        said = f"No {label_word}, as far as these tickets tell"
        return Answer("hurt", "hurt", "Who is hurt?", said, said)
    now, before = (of_100(side.right_alone.value) for side in (move.then, move.today))
    few = f" (of only {move.n} tickets)" if move.n < FEW else ""
    row = f"{move.label}: {now} of 100 right alone, today {before}; {_moved(move)}{few}"
    return Answer("hurt", "hurt", "Who is hurt?", f"{move.label}: of 100, {_moved(move)}", row)


def _moved(move: LabelMove) -> str:
    """Whether people get more work or a label more mistakes, of a hundred of its tickets."""
    person, wrong = (
        100 * (getattr(move.then, part) - getattr(move.today, part)) / move.n
        for part in ("person", "away")
    )
    more = [f"{person:.0f} more to a person"] if person >= 0.5 else []
    if wrong >= 0.5:
        more.append(f"{wrong:.0f} more go wrong")
    return " and ".join(more)


def _fix(found: Recommendation) -> Answer:
    pair = worst_pair(found)
    if pair is None:
        said = f"No pair has more than {FEW_MIXED} tickets"
        return Answer("fix", "fix next", "Fix next", said, said)
    said = f"{pair.first} and {pair.second}: {pair.n} mixed up"
    return Answer("fix", "fix next", "Fix next", said, f"{said}, {_one_way(pair)}")


def worst_pair(found: Recommendation) -> MixedPair | None:
    """The pair mixed up most; None where none has more than three tickets."""
    return next((pair for pair in found.mixed[:1] if pair.n > FEW_MIXED), None)


def _one_way(pair: MixedPair) -> str:
    n, to = max((pair.first_as_second, pair.second), (pair.second_as_first, pair.first),
                key=lambda one: one[0])  # fmt: skip
    return f"{n} of them sent to {to}"


def _ends(of: Estimate) -> str:
    if math.isnan(of.low) or math.isnan(of.high):
        return ""
    return f" [{of.low:.2f}, {of.high:.2f}]"


def _ends_of_100(of: Estimate) -> str:
    if math.isnan(of.low) or math.isnan(of.high):
        return ""
    return f" [{100 * of.low:.0f}, {100 * of.high:.0f}]"

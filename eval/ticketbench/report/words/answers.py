"""The four answers of the first screen: is it better, does it pay, who is hurt, what to fix next.

Page, terminal, Markdown and notebook say them with these sentences.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ticketbench.measure.counts.mixed_pairs import FEW as FEW_MIXED
from ticketbench.measure.counts.mixed_pairs import MixedPair
from ticketbench.measure.pairs.change import SAME
from ticketbench.measure.pairs.label_outcomes import FEW, LabelMove
from ticketbench.measure.statistics.intervals import CONFIDENCE
from ticketbench.report.words import numbers
from ticketbench.report.words.verdict import TONES, Tone, limits

if TYPE_CHECKING:
    from ticketbench.core.types import Estimate
    from ticketbench.measure.evaluation import Evaluation
    from ticketbench.measure.pairs.verdict import Verdict
    from ticketbench.measure.recommendation import Recommendation
    from ticketbench.measure.thresholds.saving import Saving

_UNKNOWN = "Not known from these results"
"""Of results of before labels were told, or where no ticket has a label."""

NOT_SHOWN = (
    "These tickets lie in parts and were only counted: none is listed, and no other threshold can "
    "be tried"
)
"""What a reader misses of a run whose tickets lie in parts; no last stop."""

_IN_PARTS = "Not told of tickets in parts"

_CLEAR = 0.5
"""An interval whose nearer end keeps half of the value says "clearly", any other "narrowly"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer; sentences without their last stop.

    id      better, pays, hurt or fix; `name` heads its row on a terminal
    answer  for a page that draws the interval: without brackets
    row     the same with the interval in brackets, and what runs today
    head    how the row begins: what the answer is, in `tone`
    """

    id: str
    name: str
    question: str
    answer: str
    row: str
    head: str
    tone: Tone


class Recommended(Protocol):
    """A run, or anything else that was measured with a recommendation."""

    @property
    def recommendation(self) -> Recommendation | None:
        """Which set and setting to use."""

    @property
    def evaluations(self) -> Sequence[Evaluation]:
        """Each set, in order; at least one."""


OF_ONE_SET = ("better", "pays", "fix")
"""The answers that need no other set, and not what runs today."""


def answers(results: Recommended, *, today_known: bool = True) -> tuple[Answer, ...]:
    """The answers that these results allow, in order; none where nothing is recommended.

    Where nobody knows what runs today, nothing is said of it.
    """
    found, settings = results.recommendation, results.evaluations[0].settings
    if found is not None and found.kind == "no scores":
        return (_better(results, found), _fix(found))
    if found is None or found.setting is None:
        return ()
    return (
        _better(results, found),
        _pays(found, unit=settings.unit, today_known=today_known),
        _hurt(found, settings.label_word, in_parts=results.evaluations[0].in_parts),
        _fix(found),
    )


def accuracy_of(results: Recommended, name: str) -> Estimate:
    """The accuracy of the rubric set `name`."""
    by_name = {e.provenance.rubric_set: e for e in results.evaluations}
    return by_name[name].metric("accuracy")


def sureness(value: float, low: float, high: float) -> str:
    """How sure a value is whose interval lies on one side of 0: clearly or narrowly."""
    nearer = low if value > 0 else -high
    return "clearly" if nearer >= _CLEAR * abs(value) else "narrowly"


def cost_decimals(saving: Saving) -> int:
    """Two of a cost, or as many as tell it from that of a reading and show a small one."""
    price, cost = saving.by_hand, saving.cost
    least = max(2, 1 - math.floor(math.log10(price))) if price > 0 else 2
    known = [one for one in (cost.value, cost.low, cost.high) if not math.isnan(one)]
    return min(numbers.telling(known, apart_from=[price], least=least), least + 4)


def in_brackets(of: Estimate, decimals: int) -> str:
    """The interval as " [0.76, 0.96]"; nothing where there is none."""
    if math.isnan(of.low) or math.isnan(of.high):
        return ""
    return f" [{of.low:.{decimals}f}, {of.high:.{decimals}f}]"


def worst_pair(found: Recommendation) -> MixedPair | None:
    """The pair with the largest share mixed up; None where none has more than three tickets.

    One with a label of few tickets only where there is no other.
    """
    tickets = {move.label: move.n for move in found.moves}
    pairs = [pair for pair in found.mixed if pair.n > FEW_MIXED]
    known = [p for p in pairs if min(tickets.get(p.first, 0), tickets.get(p.second, 0)) >= FEW]
    return next(iter(known or pairs), None)


def _better(results: Recommended, found: Recommendation) -> Answer:
    if found.versus is None:
        accuracy = accuracy_of(results, found.rubric_set)
        said = f"{numbers.of_100(accuracy.value)} of 100 answers are right"
        row = f"{said}{_ends_of_100(accuracy)}"
        return Answer("better", "version", "Is it right?", said, row, "", "neutral")
    new, old, told = found.challenger, found.today.rubric_set, found.versus
    shown = _shown(results, old), _shown(results, new)
    seen = f"{shown[1]} of 100 answers right, {old} {shown[0]}"
    head = f"{new} is {old}" if _same(told) else _head(told, new)
    rest = f"{new} {seen}" if told.outcome == "cannot tell" else seen
    rest = "no answer differs" if _same(told) else f"{rest}{_by_points(told, shown)}"
    if len(results.evaluations) > 2 and told.confidence != CONFIDENCE and not _same(told):
        rest += f" at {numbers.confidence(told.confidence)}"
    short = f"{shown[1]} of 100 right, {old} {shown[0]}"
    said = _verdict_in_short(told, new=new, old=old, seen=short)
    tone = TONES[told.outcome]
    return Answer("better", "version", f"Is {new} better?", said, f"{head}: {rest}", head, tone)


def _shown(results: Recommended, name: str) -> str:
    return numbers.of_100(accuracy_of(results, name).value)


def _same(told: Verdict) -> bool:
    return told.difference.method == SAME


def _by_points(told: Verdict, shown: tuple[str, str]) -> str:
    if not told.difference.defined:
        return ""
    change = numbers.points_of_100(told.difference, shown=shown, apart_from=limits(told))
    return f"; {change} points"


def _verdict_in_short(told: Verdict, *, new: str, old: str, seen: str) -> str:
    of = told.difference
    if _same(told):
        return f"{new} is {old}: no answer differs"
    if told.outcome in ("better", "worse"):
        word = "Yes" if told.outcome == "better" else "No"
        return f"{word}, {sureness(of.value, of.low, of.high)}: {seen}"
    if told.outcome == "no relevant difference":
        return f"No difference that matters: {seen}"
    if of.value < -told.margin / 2:
        return f"Cannot tell: {seen}; you decide"
    more = told.tickets_needed
    return f"Cannot tell: {seen}" + (f"; {numbers.about(more)} tickets would" if more else "")


def _head(told: Verdict, new: str) -> str:
    return {
        "better": f"{new} is better",
        "worse": f"{new} is worse",
        "no relevant difference": "no difference that matters",
        "cannot tell": "cannot tell",
    }[told.outcome]


_PAYS: dict[str, tuple[str, Tone]] = {
    "yes": ("Yes", "good"),
    "no": ("No", "bad"),
    "cannot tell": ("Cannot tell", "unknown"),
}


def _pays(found: Recommendation, *, unit: str, today_known: bool) -> Answer:
    assert found.setting is not None
    saving, per = found.setting.saving, found.setting.saving.per_ticket
    head, tone = _PAYS[saving.pays]
    head += f", {sureness(per.value, per.low, per.high)}" if saving.pays != "cannot tell" else ""
    decimals = cost_decimals(saving)
    by_hand = f"by hand {numbers.price(saving.by_hand)}"
    if not found.setting.routing.routed:
        head, _ = _PAYS[saving.pays]
        said = brackets = "by hand costs least on these tickets"
    elif not per.defined:
        said = brackets = f"too few {unit}s to test it on"
    else:
        cost = f"{numbers.number(saving.cost.value, decimals)} a ticket"
        said, brackets = (
            f"{cost}, {by_hand}",
            f"{cost}{in_brackets(saving.cost, decimals)}, {by_hand}",
        )
    today = numbers.number(found.today.saving.cost.value, decimals)
    beside = f", today {today}" if today_known else ""
    row = f"{head.lower()}: {brackets}{beside}{_example(found)}"
    return Answer("pays", "pays", "Does it pay?", f"{head}: {said}", row, head.lower(), tone)


def _example(found: Recommendation) -> str:
    if found.prices_stated:
        return ""
    costs = found.costs
    return f" (example prices: a wrong route {costs.misroute:g}, a reading {costs.review:g})"


def _hurt(found: Recommendation, label_word: str, *, in_parts: bool) -> Answer:
    name, question = "hurt", "Who is hurt?"
    move = found.hurt
    if not (found.moves or in_parts):
        return Answer(name, name, question, _UNKNOWN, _UNKNOWN, "", "unknown")
    if found.kind == "review":
        said = f"No {label_word}: a person reads every ticket"
        return Answer(name, name, question, said, said, "", "neutral")
    if in_parts:
        return Answer(name, name, question, _IN_PARTS, _IN_PARTS, "", "unknown")
    if move is None:
        said = f"No {label_word}, as far as these tickets tell"
        return Answer(name, name, question, said, said, "", "neutral")
    of = f"of its {move.n} tickets" if move.n < FEW else "of 100"
    said = f"{move.label}: {of}, {_moved(move)}"
    return Answer(name, name, question, said, _lost(move), move.label, "bad")


def _lost(move: LabelMove) -> str:
    """Such as "billing: right alone -17 [-31, -4] of 100, to a person +22, wrong -5"."""
    right, wrong, person = _changes(move)
    of, change = "of 100", numbers.difference(move.change, least=0)
    if move.n < FEW:
        of, change = f"of {move.n}", numbers.signed(right, 0)
    elif not move.change.high < 0:
        # Found to lose by a one-sided test: the ends of two sides would belie it.
        change = numbers.signed(right, 0)
    return (
        f"{move.label}: right alone {change} {of}, to a person {numbers.signed(person, 0)}, "
        f"wrong {numbers.signed(wrong, 0)}"
    )


def _moved(move: LabelMove) -> str:
    """Whether people get more work or a label more mistakes, what grows first."""
    _, wrong, person = _changes(move)
    if wrong == person == 0:
        more = "to a person" if move.then.person > move.today.person else "wrong"
        return f"fewer than 1 more {more}"
    moved = sorted(((person, "to a person"), (wrong, "wrong")), key=lambda one: -one[0])
    return ", ".join(f"{abs(n)} {'more' if n > 0 else 'fewer'} {what}" for n, what in moved if n)


def _changes(move: LabelMove) -> tuple[int, int, int]:
    """By how many right alone, wrong and to a person change of a hundred tickets: they sum to 0.

    Of a label with few tickets it is of these themselves.
    """
    parts = ("right", "away", "person")
    right, wrong, person = (getattr(move.then, p) - getattr(move.today, p) for p in parts)
    if move.n < FEW:
        return right, wrong, person
    lost = -round(100 * move.change.value)
    exact = [100 * wrong / move.n, 100 * person / move.n]
    whole = [math.floor(one) for one in exact]
    for i in sorted((0, 1), key=lambda i: whole[i] - exact[i])[: lost - sum(whole)]:
        whole[i] += 1
    return -lost, whole[0], whole[1]


def _fix(found: Recommendation) -> Answer:
    pair = worst_pair(found)
    if not (found.moves or found.mixed):
        return Answer("fix", "fix next", "Fix next", _UNKNOWN, _UNKNOWN, "", "unknown")
    if pair is None:
        said = "No pair has more than three tickets"
        return Answer("fix", "fix next", "Fix next", said, said, "", "neutral")
    of = f"{pair.first} and {pair.second}: {pair.n:,}"
    said = f"{of} mixed up"
    row = f"{of} of {numbers.count(pair.gold, 'ticket')} mixed up, {_one_way(pair)}"
    return Answer("fix", "fix next", "Fix next", said, row, "", "neutral")


def _one_way(pair: MixedPair) -> str:
    ways = (pair.first_as_second, pair.second), (pair.second_as_first, pair.first)
    n, to = max(ways, key=lambda one: one[0])
    return f"all to {to}" if n == pair.n else f"{n:,} to {to}"


def _ends_of_100(of: Estimate) -> str:
    if math.isnan(of.low) or math.isnan(of.high):
        return ""
    return f" [{100 * of.low:.0f}, {100 * of.high:.0f}]"

"""What is known of production, and what its log of decisions tells, for who leads the support."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticketbench.measure.drift.alarm import WEAK, Drift
from ticketbench.report.words import numbers

if TYPE_CHECKING:
    from ticketbench.core.types import Estimate
    from ticketbench.measure.drift.against import Against, Concern, PeriodAgainst
    from ticketbench.measure.drift.cutoff import NaturalCutoff
    from ticketbench.measure.drift.labels import LabelScores, ScoreSpread
    from ticketbench.measure.drift.log import Counted
    from ticketbench.measure.routing.escalation import Escalation
    from ticketbench.measure.sample.production_mix import ProductionMix
    from ticketbench.measure.sample.workload import Workload

ASSUMED = (
    "Right: of the tickets that a label fits, the share of top labels to expect [95%], at the mix "
    "that the log suggests. It assumes that within each label the answers are as right as in the "
    "evaluation"
)

HINT = "A hint alone: it knows no labels and no costs"

_OF_REASONS = 3

_RECHECK = ("ticketbench", "cache", "recheck", "CONFIG")
_CHECK = ("ticketbench", "policy", "check", "POLICY", "--log", "LOG", "--labels", "FILE")
_CAPACITY = ("ticketbench", "threshold", "SET", "--capacity", "SHARE")


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to look at: what is seen, what to do, and with which command, if with one."""

    seen: str
    do: str
    command: tuple[str, ...] = ()


def headline_alone(whole: Counted, labels: Sequence[LabelScores]) -> str:
    """How many decisions, and which labels score low."""
    low = [one.label for one in labels if one.low]
    failed = f", {whole.n_failed:,} without an answer" if whole.n_failed else ""
    said = f"{numbers.count(whole.n, 'decision')}{failed}; "
    if not low:
        return f"{said}no label scores low all the time"
    return f"{said}{_and(low)} {'scores' if len(low) == 1 else 'score'} low all the time"


def headline_against(found: Against, standard: str) -> str:
    """What to look at first, or that nothing has moved as far as can be told."""
    told = [one for one in found.concerns if one.kind != "no model"]
    if told:
        return f"Look at this first: {_SHORT[told[0].kind]}"
    tested = [one for one in found.periods if one.enough]
    if not tested:
        return "Too few decisions to tell whether anything has moved"
    return f"Nothing has moved since {standard} was measured, as far as scores and labels tell"


def told_of(concern: Concern, found: Against, *, by: str) -> Told:
    """The concern in a sentence, and what to do about it; of several periods the worst is told."""
    when = _when(concern.periods, by)
    own = [one for one in found.periods if one.counted.name in concern.periods]
    match concern.kind:
        case "model":
            names = _and(["one without a name" if n == "null" else n for n in concern.names])
            seen = f"another model answered{when}: {names}"
            return Told(seen, "measure it before you rely on it", _RECHECK)
        case "no model":
            seen = "this endpoint names no model; only asking again tells whether it is another one"
            return Told(seen, "ask some of the stored questions again", _RECHECK)
        case "mixed":
            seen = "decisions of several policies or rubric sets are in this log"
            return Told(seen, "tell each of them from its own lines before you compare")
        case "failures":
            worst = max(own, key=lambda one: one.counted.failed_share)
            share = numbers.percent(worst.counted.failed_share)
            seen = f"{share} had no answer{_at(worst, own, when, by)}: {_reasons(worst.counted)}"
            return Told(seen, "look at the endpoint; these all went to the fallback")
        case "drift":
            worst = max(own, key=lambda one: one.drift.scores + one.drift.labels)
            seen = f"{drift_text(worst.drift)}{_at(worst, own, when, by)}"
            return Told(seen, "label about 200 of these tickets, drawn at random, then", _CHECK)
        case "capacity":
            worst = max(own, key=lambda one: one.reviewed.value)
            load = f"{a_day(worst.reviewed)} reviews a day"
            seen = f"{load}{_at(worst, own, when, by)}; people can do {_amount(found.capacity)}"
            return Told(seen, "choose a threshold by what people can read", _CAPACITY)


def drift_text(found: Drift) -> str:
    """The tickets on both sides, what moved, by how much, and p; or that nothing did."""
    parts = []
    if found.of_scores:
        parts.append(
            f"the scores moved (largest difference {numbers.percent(found.scores)}, "
            f"p {numbers.p_value(found.scores_p)})"
        )
    if found.of_labels:
        change = numbers.points(found.moved_by)
        parts.append(
            f"the share of {found.moved} moved by {change} points "
            f"(p {numbers.p_value(found.labels_p)})"
        )
    said = " and ".join(parts) or "neither scores nor labels moved by as much as matters"
    n = f"in {found.n:,} decisions against {found.n_reference:,} tickets"
    return f"{n}{' (weak)' if found.weak else ''} {said}"


def short_drift(found: Drift) -> str:
    """The same in a word, for a cell; a dash where it was not tested."""
    if math.isnan(found.scores):
        return numbers.DASH
    if found.alarm:
        return {(True, True): "both", (True, False): "scores"}.get(
            (found.of_scores, found.of_labels), "labels"
        )
    return "no"


def weak_text(found: Against) -> str:
    """That few tickets stand behind what is told; empty where that is not so."""
    weak = [one.drift for one in found.periods if one.enough and one.drift.weak]
    if not weak:
        return ""
    n = weak[0].n_reference
    if n < WEAK:
        return f"The evaluation has {numbers.count(n, 'ticket')}, so whether anything moved is weak"
    return f"Under {WEAK} decisions a period, whether anything moved is weak"


def short_accuracy(found: Estimate) -> str:
    """The accuracy to expect in whole percents, for a cell."""
    if not found.defined:
        return numbers.DASH
    low, high = (numbers.percent(end, 0) for end in (found.low, found.high))
    return f"{numbers.percent(found.value, 0)} [{low[:-1]}, {high[:-1]}]"


def cutoff_text(found: NaturalCutoff) -> str:
    """Where the scores part, with its caveat, or that they do not."""
    if found.found:
        share = numbers.percent(found.below)
        return (
            f"the scores part at about {numbers.threshold(found.at)}, with {share} of "
            f"{numbers.count(found.n, 'decision')} below (Otsu's cut: "
            f"{numbers.number(found.otsu, 2)}). {HINT}"
        )
    return f"none ({found.why}); choose a threshold from labelled tickets"


def low_text(found: LabelScores) -> str:
    """Why a label is said to score low."""
    at_most, needed = numbers.number(found.at_most, 2), numbers.threshold(found.threshold)
    return f"{found.label}: half of its scores are {at_most} or less (95%), and it needs {needed}"


def spread_text(found: ScoreSpread) -> str:
    """Median and quartiles as "0.71 (0.55 to 0.84)"; a dash for no scores."""
    if not found.n:
        return numbers.DASH
    median, low, high = (numbers.number(x, 2) for x in (found.median, found.low, found.high))
    return f"{median} ({low} to {high})"


_OFF = "`escalate_above: 1` switches them off"


def escalation_warning(found: Escalation | None, n: int) -> str:
    """What speaks against escalating these n tickets; empty where nothing does.

    None: the dataset does not say which tickets need two labels.
    """
    if found is None:
        return f"nothing tells whether escalations are right: the dataset has no all_labels; {_OFF}"
    if found.too_few:
        return f"there are {numbers.count(n, 'escalation')} to judge by, too few to tell; {_OFF}"
    if found.useless:
        seen = numbers.percent(found.precision.value, 0)
        return f"escalations were right in {seen} of {numbers.count(n, 'case')}: {_OFF}"
    return ""


def escalation_text(found: Escalation | None, queue: Estimate) -> str:
    """How many of 100 tickets are escalated, how often that is right, and what speaks against it.

    `queue` is the share of tickets that are escalated, of all with an answer.
    """
    n = round(queue.value * queue.n) if queue.n else 0
    if not n:
        return "no ticket is escalated as set"
    said = f"{n:,} of {numbers.count(queue.n, 'ticket')} are escalated, {_of_100(queue)} of 100"
    if found is not None:
        said += f"; {numbers.estimate(found.precision)} of them needed it"
        if found.useless:
            return f"{said}, under half: {_OFF}"
    warning = escalation_warning(found, n)
    return f"{said}; {warning}" if warning else said


def _of_100(of: Estimate) -> str:
    ends = "" if math.isnan(of.low) else f" [{100 * of.low:.0f}, {100 * of.high:.0f}]"
    return f"{100 * of.value:.0f}{ends}"


def workload_rows(found: Workload) -> list[tuple[str, str]]:
    """What becomes of a day's tickets, with intervals; unknown is a dash."""
    named = {
        "routed": found.routed,
        "of these wrong": found.misrouted,
        "to review": found.reviewed,
        "escalated": found.escalated,
    }
    return [(name, a_day(of)) for name, of in named.items()]


def a_day(of: Estimate) -> str:
    """Such as "412 [390, 433]"; under ten with one decimal."""
    if not of.defined:
        return numbers.DASH
    ends = "" if math.isnan(of.low) else f" [{_amount(of.low)}, {_amount(of.high)}]"
    return f"{_amount(of.value)}{ends}"


def refusal_text(mix: ProductionMix) -> str:
    """Two sentences on an estimate that is not usable; empty for any other mix."""
    if mix.usable:
        return ""
    tickets = numbers.count(mix.estimated_from, "unlabelled ticket")
    return (
        f"no estimate with {mix.rubric_set} from {tickets}: {mix.refused}. Label about 200 "
        "tickets of the log, drawn at random, and evaluate those: that needs no assumption."
    )


_SHORT = {
    "model": "another model answered",
    "mixed": "several policies or rubric sets are mixed",
    "failures": "more than 1% of the tickets got no answer",
    "drift": "tickets or answers are not what they were",
    "capacity": "more reviews than people can do",
}


def _when(periods: Sequence[str], by: str) -> str:
    """Where it is seen: one period by its name, of several how many and the first."""
    if not periods or periods == ("all",):
        return ""
    first = f"the {by} of {periods[0]}" if by == "week" else periods[0]
    if len(periods) == 1:
        return f" in {first}" if by == "week" else f" on {first}"
    return f" in {len(periods)} {by}s, the first is {first.removeprefix('the ')}"


def _at(worst: PeriodAgainst, own: Sequence[PeriodAgainst], when: str, by: str) -> str:
    """The same for a number of the worst of several."""
    if len(own) < 2:
        return when
    return f"{_when((worst.counted.name,), by)}, the worst of {len(own)} {by}s"


def _reasons(counted: Counted) -> str:
    few = counted.failures[:_OF_REASONS]
    more = len(counted.failures) - len(few)
    said = ", ".join(f"{one.name or 'no reason'} {one.n:,}" for one in few)
    return f"{said} and {more} more reasons" if more else said


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)

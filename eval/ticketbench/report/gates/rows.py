"""Gates for whoever leads: the answer in a line, a row for each gate, and what to look at."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from ticketbench.measure.gates.results import (
    Against,
    Complete,
    GateReport,
    GateResult,
    Judgement,
    Kept,
    Limit,
    MustPass,
    NotWorse,
    OnFresh,
)
from ticketbench.report.gates.release import change_text, release_demand
from ticketbench.report.gates.verdict import (
    GateVerdict,
    by_loss_seen,
    gate_words,
    limits_text,
    only_seen,
    release_in,
    subject,
)
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words import numbers
from ticketbench.report.words.losses import allowed_text, plain_text
from ticketbench.report.words.verdict import Tone

MARKS: dict[Judgement, tuple[str, Tone]] = {
    "fail": ("FAIL", "bad"),
    "inconclusive": ("UNDECIDED", "unknown"),
    "skipped": ("skipped", "neutral"),
    "pass": ("pass", "good"),
}
"""The word of an outcome and its tone, what needs a look first."""

_MOST_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate in plain words.

    demand  what it asks for; `found` what there is, values in the order of time
    more    why it did not pass, a line each; empty where it passed
    label   whose tickets to read where it failed; empty where it is about no label
    """

    outcome: Judgement
    demand: str
    found: str
    more: tuple[str, ...] = ()
    rubric_set: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """The label that a rubric set broke most tickets of, and how many it fixed and broke."""

    rubric_set: str
    base: str
    label: str
    fixed: int
    broken: int


def answer_text(report: GateReport, verdict: GateVerdict, *, baseline: str = "") -> str:
    """How all gates came out, and how many tickets each comparison fixed and broke.

    `baseline` names the rubric set that was blessed. Where no gate was judged: why.
    """
    if not report.complete:
        return f"No gate was judged: {verdict.headline.removesuffix('; no gate was judged')}."
    if release_in(report) is not None:
        return f"{verdict.headline}."
    compared = (_compared(one, baseline) for one in report.comparisons)
    return " ".join((counted_text(report), *compared))


def gate_rows(report: GateReport, masked: Masking = NO_TEXTS) -> tuple[GateRow, ...]:
    """A row for each gate: what failed first, then what is undecided, skipped and passed.

    The rubric set is named where gates are on several.
    """
    several = len({result.rubric_set for result in report.results}) > 1
    rows = [_row(result, masked, several=several) for result in report.results]
    order = list(MARKS)
    return tuple(sorted(rows, key=lambda row: order.index(row.outcome)))


def most_broken(report: GateReport) -> Broken | None:
    """The label with the most broken tickets of the first comparison that has any.

    Of equals the one with fewer fixed tickets, then the first by name. None where nothing broke.
    """
    for against in report.comparisons:
        flips = against.comparison.flips
        broken = Counter(flip.gold for flip in flips if flip.kind == "broken")
        fixed = Counter(flip.gold for flip in flips if flip.kind == "fixed")
        if broken:
            label = min(broken, key=lambda one: (-broken[one], fixed[one], one))
            candidate = against.comparison.candidate
            return Broken(candidate, against.base, label, fixed[label], broken[label])
    return None


def counted_text(report: GateReport) -> str:
    """Such as "5 gates passed." or "1 of 6 gates FAILED, 1 UNDECIDED."."""
    counts: Counter[str] = Counter(result.outcome for result in report.results)
    n = len(report.results)
    if counts["pass"] == n:
        return f"{numbers.count(n, 'gate')} passed."
    words = {"fail": "FAILED", "inconclusive": "UNDECIDED", "skipped": "skipped"}
    first, *rest = [f"{counts[one]} {word}" for one, word in words.items() if counts[one]]
    count, word = first.split(" ", 1)
    told = ", ".join([f"{count} of {numbers.count(n, 'gate')} {word}", *rest])
    return f"{told}{by_loss_seen(report)}."


def _compared(against: Against, baseline: str) -> str:
    compared = against.comparison
    base = f"the baseline ({baseline})" if against.base == "baseline" and baseline else against.base
    return (
        f"{compared.candidate} against {base}: {compared.n_fixed:,} fixed, "
        f"{compared.n_broken:,} broken."
    )


def _row(result: GateResult, masked: Masking, *, several: bool) -> GateRow:
    of = f"{result.rubric_set}: " if several else ""
    passed = result.outcome == "pass"
    label = (result.metric.label or "") if isinstance(result, Limit | NotWorse) else ""
    return GateRow(
        outcome=result.outcome,
        demand=f"{of}{_demand(result)}",
        found=_found(result),
        more=() if passed else _why(result, masked),
        rubric_set=result.rubric_set,
        label=label if result.outcome == "fail" else "",
    )


def _demand(result: GateResult) -> str:
    match result:
        case MustPass():
            return f"{numbers.count(result.n, 'ticket')} must be right"
        case Complete():
            return "every ticket and label is there"
        case Kept():
            return f"tickets and recorded answers are those of {result.at}"
        case OnFresh():
            return release_demand(result)
        case NotWorse():
            margin = allowed_text(result.margin, share=result.metric.share)
            than = "" if result.against == "baseline" else f" than {result.against}"
            return f"{_subject(result)}, not worse{than} by {margin}"
        case Limit():
            return f"{_subject(result)}, {_end(result)}{limits_text(result)}"


def _end(result: Limit) -> str:
    """Which end of the likely range is judged; the one that a limit makes sure of is a word."""
    least, most = not math.isnan(result.minimum), not math.isnan(result.maximum)
    if (result.bound, least, most) in (("low", True, False), ("high", False, True)):
        return "surely "
    return "" if result.bound == "value" else f"{result.bound} end "


def _subject(result: Limit | NotWorse) -> str:
    """With a small first letter, but for an abbreviation."""
    text = subject(result.metric).replace(" per ticket", " a ticket")
    return text if text[1:2].isupper() or text[1:2] == "-" else f"{text[:1].lower()}{text[1:]}"


def _found(result: GateResult) -> str:
    match result:
        case MustPass() if result.outcome == "pass":
            return {1: "it is", 2: "both are"}.get(result.n, f"all {result.n:,} are")
        case MustPass():
            return f"{len(result.tickets):,} of {result.n:,} {'is' if result.n == 1 else 'are'} not"
        case Complete() | Kept():
            n = len({ticket.ticket_id for ticket in result.tickets})
            return f"{result.n - n:,} of {result.n:,}"
        case Limit() | NotWorse() if result.outcome == "skipped":
            return f"{numbers.count(result.n, 'ticket')}, {result.n_needed:,} needed"
        case Limit():
            return _value(result)
        case NotWorse():
            return _change(result)
        case OnFresh() if result.outcome == "inconclusive":
            return f"{result.n_labelled:,} of {numbers.count(result.n_wanted, 'label')}"
        case OnFresh():
            return change_text(result)


def _value(result: Limit) -> str:
    """The value, and the end that is judged in words."""
    of, share = result.value, result.metric.share
    show = numbers.percent if share else numbers.number
    ends = {"low": of.low, "high": of.high}
    if result.bound == "value" or math.isnan(ends[result.bound]):
        return show(of.value)
    word = "at least" if result.bound == "low" else "at most"
    return f"{show(of.value)}, {word} {show(ends[result.bound])}"


def _change(result: NotWorse) -> str:
    """Both values and their change, with as many decimals as the change needs to fit them."""
    if math.isnan(result.change.value):
        return numbers.DASH
    share, scale = result.metric.share, 100 if result.metric.share else 1
    base, now, by = (scale * one for one in (result.base, result.candidate, result.change.value))
    decimals = 1 if share else 2
    while decimals < _MOST_DECIMALS and not _adds_up(base, now, by, decimals):
        decimals += 1
    unit = "%" if share else ""
    values = f"{base:.{decimals}f}{unit} -> {now:.{decimals}f}{unit}"
    return f"{values}   {numbers.signed(by, decimals)}{' points' if share else ''}"


def _adds_up(base: float, now: float, by: float, decimals: int) -> bool:
    seen = round(now, decimals) - round(base, decimals)
    return round(seen - round(by, decimals), decimals) == 0


def _why(result: GateResult, masked: Masking) -> tuple[str, ...]:
    """What stands below a gate that did not pass."""
    told = gate_words(result, masked).found
    match result:
        case MustPass() | Complete() | Kept() | OnFresh():
            return (told,)
        case NotWorse() if result.outcome == "fail" and not only_seen(result):
            return (_loss(result),)
        case Limit() | NotWorse() if result.outcome == "skipped":
            return ()
        case Limit():
            return (_likely(result, told),)
        case NotWorse():
            return (told.partition("; ")[2] or told,)


def _likely(result: Limit, told: str) -> str:
    """The likely range in words, on how many tickets, and how many would show it."""
    of, needed = result.value, told.partition("; ")[2]
    show = numbers.percent if result.metric.share else numbers.number
    if math.isnan(of.low):
        return told
    likely = f"likely {show(of.low)} to {show(of.high)}, on {numbers.count(result.n, 'ticket')}"
    return f"{likely}; {needed}" if result.n_needed and needed else likely


def _loss(result: NotWorse) -> str:
    """A loss that is shown: "worse by 5.1 to 30.2 points, likely 17.4; 3 allowed"."""
    share, scale = result.metric.share, 100 if result.metric.share else 1
    sign = -scale if result.metric.higher_is_better else scale
    ends = sorted((sign * result.change.low, sign * result.change.high))
    margin = scale * result.margin
    decimals = numbers.telling(ends, apart_from=[0.0, margin], least=1 if share else 2)
    low, high, likely = (f"{one:.{decimals}f}" for one in (*ends, sign * result.change.value))
    unit = " points" if share else ""
    allowed = plain_text(result.margin, share=share)
    return f"worse by {low} to {high}{unit}, likely {likely}; {allowed} allowed"

"""Gates in words, and the one place that turns them into a verdict, a text and an exit code."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from ticketbench.core.types import Missing
from ticketbench.measure.gates.results import (
    Answered,
    Complete,
    GateReport,
    GateResult,
    Limit,
    MustPass,
    NotWorse,
)
from ticketbench.report.words import numbers
from ticketbench.report.words.missing import missing_text
from ticketbench.report.words.verdict import Tone

OnDoubt = Literal["warn", "fail"]
GateOutcome = Literal["pass", "fail", "undecided", "incomplete"]

FAILED, INCOMPLETE = 1, 3

_MOST_TICKETS = 10

_ENDS = {"value": "", "low": "lower end of ", "high": "upper end of "}


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """What came of all gates together.

    headline   one line for a person
    action     what to do next
    exit_code  of the command
    """

    outcome: GateOutcome
    headline: str
    action: str
    tone: Tone
    exit_code: int

    @property
    def red(self) -> bool:
        """Whether the command fails."""
        return self.exit_code != 0


@dataclass(frozen=True, slots=True)
class GateWords:
    """One gate: what it demands, and what was found."""

    demand: str
    found: str


def gate_verdict(
    report: GateReport, *, undecided: OnDoubt = "warn", missing: OnDoubt = "fail"
) -> GateVerdict:
    """The verdict on all gates.

    Too few answers: incomplete, no gate is judged, exit 3, or 0 if `missing` is `warn`. A failed
    gate: exit 1. An inconclusive or skipped one: exit 0, or 3 if `undecided` is `fail`. Else all
    passed, exit 0.
    """
    if not report.complete:
        code = INCOMPLETE if missing == "fail" else 0
        return GateVerdict("incomplete", _needs(report), _ask(report), "unknown", code)
    counts: Counter[str] = Counter(result.outcome for result in report.results)
    told = _counted(counts)
    if counts["fail"]:
        action = "read the broken tickets; bless a new baseline only if they are meant to change"
        return GateVerdict("fail", told, action, "bad", FAILED)
    if counts["inconclusive"] or counts["skipped"]:
        code = INCOMPLETE if undecided == "fail" else 0
        action = "label more tickets, or allow a wider margin"
        return GateVerdict("undecided", told, action, "unknown", code)
    return GateVerdict("pass", told, "nothing to do", "good", 0)


def gate_words(result: GateResult) -> GateWords:
    """The demand and the finding of one gate."""
    return GateWords(_demand(result), _found(result))


def answered_text(one: Answered) -> str:
    """Such as "v2: 408 requested = 400 scored + 8 failed"."""
    return (
        f"{one.rubric_set}: {one.n_requested:,} requested = {one.n_scored:,} scored + "
        f"{one.n_failed:,} failed"
    )


def _needs(report: GateReport) -> str:
    reasons: Counter[str] = Counter()
    for one in report.answered:
        reasons.update({group.because: group.n for group in one.missing})
    missing = [Missing(n, because) for because, n in reasons.most_common()]
    failed = sum(one.n_failed - one.n_missing for one in report.answered)
    parts = [missing_text(missing)] if missing else []
    parts += [f"{numbers.count(failed, 'answer')} failed"] if failed else []
    return f"{'; '.join(parts)}; no gate was judged"


def _ask(report: GateReport) -> str:
    if any(one.n_missing for one in report.answered):
        return (
            "someone with a key asks for them and commits the recording: "
            "ticketbench run CONFIG && ticketbench cache export CONFIG"
        )
    return "run again, or accept them: --allow-failures N"


def _counted(counts: Counter[str]) -> str:
    """Such as "1 gate failed, 2 passed"."""
    words = {"fail": "failed", "inconclusive": "inconclusive", "skipped": "skipped"}
    words["pass"] = "passed"
    parts = [f"{counts[outcome]} {word}" for outcome, word in words.items() if counts[outcome]]
    first, *rest = parts
    n, word = first.split(" ", 1)
    return ", ".join([f"{n} {'gate' if n == '1' else 'gates'} {word}", *rest])


def _demand(result: GateResult) -> str:
    where = f"({result.rubric_set})"
    match result:
        case MustPass():
            return f"{numbers.count(result.n, 'ticket')} must be right {where}"
        case Complete():
            return f"every ticket and label of the baseline is there {where}"
        case NotWorse():
            margin = _margin(result.margin, share=result.metric.share)
            return f"{_subject(result)} {where} not worse than {result.against} by {margin}"
        case Limit():
            return f"{_ENDS[result.bound]}{_subject(result)} {where} {_limits(result)}"


def _subject(result: Limit | NotWorse) -> str:
    label = result.metric.label
    return result.metric.title + (f" of {label}" if label is not None else "")


def _limits(result: Limit) -> str:
    share, limits = result.metric.share, []
    if not math.isnan(result.minimum):
        limits.append(f"at least {_number(result.minimum, share=share)}")
    if not math.isnan(result.maximum):
        limits.append(f"at most {_number(result.maximum, share=share)}")
    return " and ".join(limits)


def _found(result: GateResult) -> str:
    match result:
        case MustPass():
            return _wrong(result)
        case Complete():
            return _gone(result)
        case Limit() | NotWorse() if result.outcome == "skipped":
            return f"{numbers.count(result.n, 'ticket')}, {result.n_needed:,} needed"
        case Limit():
            return _with_needed(_value(result), result)
        case NotWorse():
            return _with_needed(_change(result), result)


def _with_needed(found: str, result: Limit | NotWorse) -> str:
    if not result.n_needed:
        return found
    would = "would settle it" if result.outcome == "inconclusive" else "would show it"
    return f"{found}; about {result.n_needed:,} tickets {would}"


def _wrong(result: MustPass) -> str:
    wrong = [f"{one.ticket_id}: {one.what}" for one in result.tickets]
    more = [f"and {len(wrong) - _MOST_TICKETS} more"] if len(wrong) > _MOST_TICKETS else []
    return "; ".join([*wrong[:_MOST_TICKETS], *more]) or "all are"


def _value(result: Limit) -> str:
    tickets = numbers.count(result.n, "ticket")
    found = f"{numbers.estimate(result.value, share=result.metric.share)} on {tickets}"
    if result.outcome == "inconclusive":
        return f"{found}: {result.reason}"
    return found


def _change(result: NotWorse) -> str:
    share = result.metric.share
    show = numbers.percent if share else numbers.number
    tickets = numbers.count(result.n, "paired ticket")
    change = numbers.difference(result.change, share=share)
    points = " points" if share else ""
    found = f"{show(result.base)} → {show(result.candidate)}, {change}{points} on {tickets}"
    if result.outcome == "inconclusive" and math.isnan(result.change.low):
        return f"{found}: {result.reason}"
    return found


def _gone(result: Complete) -> str:
    parts = []
    if result.tickets:
        parts.append(
            f"{numbers.count(len(result.tickets), 'ticket')} of {result.n:,} removed or rewritten"
        )
    if result.labels:
        parts.append(f"no label {', '.join(result.labels)}")
    return "; ".join(parts) or f"all {numbers.count(result.n, 'ticket')}"


def _margin(margin: float, *, share: bool) -> str:
    return f"{round(100 * margin, 6):g} points" if share else f"{margin:g}"


def _number(value: float, *, share: bool) -> str:
    return f"{round(100 * value, 6):g}%" if share else f"{value:g}"

"""Gates in words, and the one place that turns them into a verdict, a text and an exit code."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ticketbench.core.types import Missing
from ticketbench.measure.gates.results import (
    Complete,
    GateReport,
    GateResult,
    JudgedMetric,
    Kept,
    Limit,
    MustPass,
    NotWorse,
    OnFresh,
)
from ticketbench.measure.pairs.change import GATE_CONFIDENCE
from ticketbench.report.gates.release import (
    release_action,
    release_demand,
    release_found,
    release_headline,
)
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words import numbers
from ticketbench.report.words.losses import allowed_text, left_text, person_text, seen_text
from ticketbench.report.words.missing import missing_text

if TYPE_CHECKING:
    from ticketbench.report.words.verdict import Tone

OnMissing = Literal["warn", "fail"]
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


def gate_verdict(report: GateReport, *, missing: OnMissing = "fail") -> GateVerdict:
    """The verdict on all gates.

    Too few answers: incomplete, no gate is judged, exit 3, or 0 if `missing` is `warn` and none of
    them was recorded under the rules of before. A failed
    gate: exit 1. An inconclusive or skipped one: exit 0, or 3 if the gates were judged with
    `undecided` as `fail`. Else all passed, exit 0. A release is judged alone: exit 0 where it may
    ship, 1 where not, 3 while labels are missing.
    """
    release = release_in(report)
    if release is not None:
        return _of_release(release)
    if not report.complete:
        gone = report.rules is not None and report.rules.n_gone > 0
        code = INCOMPLETE if missing == "fail" or gone else 0
        return GateVerdict("incomplete", _needs(report), _ask(report), "unknown", code)
    counts: Counter[str] = Counter(result.outcome for result in report.results)
    told = _counted(counts)
    if counts["fail"]:
        action = "read the broken tickets; bless a new baseline only if they are meant to change"
        kept = [one.what for r in report.results if isinstance(r, Kept) for one in r.tickets]
        if kept:
            action = "see who changed tickets or recorded answers, and why"
        if "another answer" in kept:
            action += "; answers are asked again by `ticketbench cache recheck` with `--new-since`"
        return GateVerdict("fail", told + by_loss_seen(report), action, "bad", FAILED)
    if counts["inconclusive"] or counts["skipped"]:
        code = INCOMPLETE if report.undecided == "fail" else 0
        return GateVerdict("undecided", told, _settle(report), "unknown", code)
    return GateVerdict("pass", told, "nothing to do", "good", 0)


def release_in(report: GateReport) -> OnFresh | None:
    """The release that the report is about; None where it is about the gates of a config."""
    return next((one for one in report.results if isinstance(one, OnFresh)), None)


def _of_release(of: OnFresh) -> GateVerdict:
    headline, action = release_headline(of), release_action(of)
    match of.outcome:
        case "pass":
            return GateVerdict("pass", headline, action, "good", 0)
        case "fail":
            return GateVerdict("fail", headline, action, "bad", FAILED)
        case "inconclusive":
            return GateVerdict("undecided", headline, action, "unknown", INCOMPLETE)


def only_seen(result: GateResult) -> bool:
    """Whether a gate failed by the loss seen, while a loss is not shown."""
    return isinstance(result, NotWorse) and result.outcome == "fail" and not result.loss_shown


def gate_words(result: GateResult, masked: Masking = NO_TEXTS) -> GateWords:
    """The demand and the finding of one gate; tickets are called as `masked` shows them."""
    return GateWords(_demand(result), _found(result, masked))


def subject(metric: JudgedMetric) -> str:
    """Such as "Accuracy", or "Recall of billing"."""
    return metric.title + (f" of {metric.label}" if metric.label is not None else "")


def limits_text(result: Limit) -> str:
    """Such as "at least 60% and at most 90%"."""
    share, limits = result.metric.share, []
    if not math.isnan(result.minimum):
        limits.append(f"at least {_number(result.minimum, share=share)}")
    if not math.isnan(result.maximum):
        limits.append(f"at most {_number(result.maximum, share=share)}")
    return " and ".join(limits)


def by_loss_seen(report: GateReport) -> str:
    """Such as "; 1 by a loss that may be bad luck"; nothing where every failed gate is beyond
    chance.
    """
    n = sum(only_seen(result) for result in report.results)
    return f"; {n} by a loss that may be bad luck" if n else ""


def _needs(report: GateReport) -> str:
    reasons: Counter[str] = Counter()
    for one in report.answered:
        reasons.update({group.because: group.n for group in one.missing})
    missing = [Missing(n, because) for because, n in reasons.most_common()]
    refused = sum(one.n_refused - one.n_accepted for one in report.answered)
    failed = sum(one.n_failed - one.n_missing - one.n_refused for one in report.answered)
    parts = [missing_text(missing)] if missing else []
    parts += [f"{numbers.count(refused, 'ticket')} refused by the endpoint"] if refused else []
    parts += [f"{numbers.count(failed, 'answer')} failed"] if failed else []
    rules = report.rules
    parts += [f"{rules.n_gone:,} were recorded at {rules.name}"] if rules and rules.n_gone else []
    return f"{'; '.join(parts)}; no gate was judged"


def _ask(report: GateReport) -> str:
    if report.rules is not None and report.rules.n_gone:
        return f"take the recording of {report.rules.name} again, and see who removed answers"
    if any(one.n_missing for one in report.answered):
        return (
            "someone with a key asks for them and commits the recording: "
            "ticketbench run CONFIG && ticketbench cache export CONFIG"
        )
    if report.only_refused:
        return "accept refusals, which no new try changes: `endpoint: {max_refused: 0.01}`"
    return "run again, or accept them: --allow-failures N"


def _counted(counts: Counter[str]) -> str:
    """Such as "1 gate failed, 2 passed"."""
    words = {"fail": "failed", "inconclusive": "inconclusive", "skipped": "skipped"}
    words["pass"] = "passed"
    parts = [f"{counts[outcome]} {word}" for outcome, word in words.items() if counts[outcome]]
    first, *rest = parts
    n, word = first.split(" ", 1)
    return ", ".join([f"{n} {'gate' if n == '1' else 'gates'} {word}", *rest])


def _settle(report: GateReport) -> str:
    """More tickets, but where no gate says how many and a loss near the margin is seen."""
    left = [r for r in report.results if r.outcome in ("inconclusive", "skipped")]
    if all(isinstance(result, NotWorse) and _near_margin(result) for result in left):
        return "read the broken tickets; a person decides, or allows a wider margin"
    return "label more tickets, or allow a wider margin"


def _near_margin(result: NotWorse) -> bool:
    return result.outcome == "inconclusive" and result.loss_seen >= result.margin / 2


def _demand(result: GateResult) -> str:
    where = f"({result.rubric_set})"
    match result:
        case MustPass():
            return f"{numbers.count(result.n, 'ticket')} must be right {where}"
        case Complete():
            return f"every ticket and label of the baseline is there {where}"
        case Kept():
            return f"tickets, texts and recorded answers are those of {result.at} {where}"
        case OnFresh():
            return f"{release_demand(result)} {where}"
        case NotWorse():
            margin = allowed_text(result.margin, share=result.metric.share)
            return f"{subject(result.metric)} {where} not worse than {result.against} by {margin}"
        case Limit():
            return f"{_ENDS[result.bound]}{subject(result.metric)} {where} {limits_text(result)}"


def _found(result: GateResult, masked: Masking) -> str:
    match result:
        case MustPass():
            return _wrong(result, masked)
        case Complete():
            return _gone(result)
        case Kept():
            return _others(result, masked)
        case OnFresh():
            return release_found(result)
        case Limit() | NotWorse() if result.outcome == "skipped":
            return f"{numbers.count(result.n, 'ticket')}, {result.n_needed:,} needed"
        case Limit():
            return _with_needed(_value(result), result)
        case NotWorse():
            return "; ".join(part for part in (_change(result), *_loss(result)) if part)


def _with_needed(found: str, result: Limit) -> str:
    if not result.n_needed:
        return found
    return f"{found}; {numbers.about(result.n_needed)} tickets would show it"


def _wrong(result: MustPass, masked: Masking) -> str:
    wrong = [f"{masked.shown_id(one.ticket_id)}: {one.what}" for one in result.tickets]
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
    # A bound that looks like the margin without being it would belie the outcome.
    limit = -result.margin if result.metric.higher_is_better else result.margin
    change = numbers.difference(result.change, share=share, apart_from=(0.0, limit))
    change += " points" if share else ""
    values = f"{show(result.base)} → {show(result.candidate)}, {change}"
    if math.isnan(result.change.low):
        return f"{values} on {tickets}: {result.reason}"
    return f"{values} (at {numbers.confidence(GATE_CONFIDENCE)}) on {tickets}"


def _loss(result: NotWorse) -> list[str]:
    """The largest loss that is not excluded; why it is red, or what would settle it."""
    share, seen, margin = result.metric.share, result.loss_seen, result.margin
    told = [left_text(result.loss_left, margin, share=share)]
    if only_seen(result):
        told.append(seen_text(seen, margin, share=share))
    elif result.outcome == "inconclusive" and _near_margin(result):
        told.append(person_text(seen, margin, share=share))
    elif result.n_needed:
        told.append(f"{numbers.about(result.n_needed)} fresh tickets would settle it")
    return told


def _gone(result: Complete) -> str:
    parts = []
    if result.tickets:
        parts.append(
            f"{numbers.count(len(result.tickets), 'ticket')} of {result.n:,} removed or rewritten"
        )
    if result.labels:
        parts.append(f"no label {', '.join(result.labels)}")
    return "; ".join(parts) or f"all {numbers.count(result.n, 'ticket')}"


def _others(result: Kept, masked: Masking) -> str:
    """Such as "2 removed: s001, s002; 1 with another answer: s007"."""
    words = {
        "removed": "removed",
        "rewritten": "rewritten",
        "another answer": "with another answer",
        "answer gone": "without the answer that was recorded",
    }
    parts = []
    for what, told in words.items():
        ids = [one.ticket_id for one in result.tickets if one.what == what]
        if ids:
            parts.append(f"{len(ids):,} {told}: {ids_text(ids, masked)}")
    return "; ".join(parts) or f"all {numbers.count(result.n, 'ticket')}"


def ids_text(ids: Sequence[str], masked: Masking) -> str:
    """The first ten as they may be shown, and how many more there are."""
    shown = [masked.shown_id(one) for one in ids[:_MOST_TICKETS]]
    more = [f"{len(ids) - _MOST_TICKETS:,} more"] if len(ids) > _MOST_TICKETS else []
    return ", ".join([*shown, *more])


def _number(value: float, *, share: bool) -> str:
    return f"{round(100 * value, 6):g}%" if share else f"{value:g}"

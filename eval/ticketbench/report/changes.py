"""Two rubric sets in five lines: which is better, how many tickets turned, and four rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticketbench.measure.metrics import METRICS
from ticketbench.measure.pairs.change import SAME
from ticketbench.report.words import numbers
from ticketbench.report.words.verdict import TONES, Tone, limits

if TYPE_CHECKING:
    from ticketbench.core.types import Estimate
    from ticketbench.measure.compare import Comparison
    from ticketbench.measure.pairs.changes import MetricChange

_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A measure of both sets, what changed with the interval in brackets, and a word for it."""

    name: str
    base: str
    candidate: str
    change: str
    word: str
    tone: Tone


def headline_text(comparison: Comparison) -> tuple[str, str]:
    """Which set is better, as the verdict has it: how it begins, and the rest. No last stop."""
    base, candidate = comparison.base, comparison.candidate
    head, rest = _verdict_parts(comparison, base, candidate)
    if comparison.in_both:
        rest += f", on the {numbers.count(comparison.in_both, _word(comparison))} in both"
    return head, rest


def _word(comparison: Comparison) -> str:
    """What is counted: tickets, or answers where each ticket was asked more than once."""
    return "answer" if comparison.n_asked else "ticket"


def _verdict_parts(comparison: Comparison, base: str, candidate: str) -> tuple[str, str]:
    if comparison.verdict.difference.method == SAME:
        return f"{candidate} is {base}", ": no answer differs"
    return {
        "better": (f"{candidate} is better", f" than {base}"),
        "worse": (f"{candidate} is worse", f" than {base}"),
        "no relevant difference": (
            "No difference that matters",
            f" between {candidate} and {base}",
        ),
        "cannot tell": ("Cannot tell", f" whether {candidate} is better than {base}"),
    }[comparison.verdict.outcome]


def turned_text(comparison: Comparison, *, label_word: str) -> str:
    """How many tickets were fixed and broken, of those that have a label. No last stop."""
    counts = comparison.contingency
    fixed, broken = counts.only_candidate, counts.only_base
    of = numbers.count(comparison.n_paired, _word(comparison))
    if comparison.n_asked:
        of += f" of {numbers.count(comparison.n_asked, 'ticket')}"
    are = "is" if fixed == 1 else "are"
    return f"Of {of} with a {label_word} {fixed:,} {are} fixed and {broken:,} broken"


def change_rows(comparison: Comparison) -> tuple[ChangeRow, ...]:
    """Right, right of what goes out alone, out alone, and the cost, of those that are measured."""
    known = {
        one.name: one
        for one in comparison.differences
        if one.name not in METRICS.names() or not METRICS.get(one.name).missing(comparison.known)
    }
    return tuple(
        _row(comparison, name, known[metric])
        for name, metric in (
            ("right of 100", "accuracy"),
            ("right of what is out", "selective_precision"),
            ("out of 100", "coverage"),
            ("cost a ticket", "cost"),
        )
        if metric in known
    )


def _row(comparison: Comparison, name: str, of: MetricChange) -> ChangeRow:
    told = comparison.verdict
    decides = of.name == "accuracy"
    found = told.difference if decides else of.difference
    word, tone = _said(found, higher_is_better=of.higher_is_better)
    if decides and not _nothing(found):
        outcome = told.outcome
        word = "no difference" if outcome == "no relevant difference" else outcome
        tone = TONES[outcome]
    elif of.name == "coverage":
        word, tone = {"better": "more", "worse": "fewer"}.get(word, word), "neutral"
    if of.share:
        shown = numbers.of_100(of.base), numbers.of_100(of.candidate)
        apart = limits(told) if decides else (0.0,)
        return ChangeRow(
            name, *shown, numbers.points_of_100(found, shown=shown, apart_from=apart), word, tone
        )
    shown = _costs(of.base, of.candidate, found)
    change = numbers.difference(found, share=False, least=_DECIMALS)
    return ChangeRow(name, *shown, change, word, tone)


def _costs(base: float, candidate: float, change: Estimate) -> tuple[str, str]:
    """With as many decimals as show that they differ, where they do."""
    decimals = _DECIMALS
    if change.defined and change.value != 0:
        decimals = numbers.telling([candidate], apart_from=[base], least=_DECIMALS)
    decimals = min(decimals, _DECIMALS + 4)
    return numbers.number(base, decimals), numbers.number(candidate, decimals)


def _said(of: Estimate, *, higher_is_better: bool) -> tuple[str, Tone]:
    """What an interval of a difference says."""
    if _nothing(of):
        return "the same", "neutral"
    if of.low > 0 or of.high < 0:
        better = (of.low > 0) == higher_is_better
        return ("better", "good") if better else ("worse", "bad")
    return "cannot tell", "unknown"


def _nothing(of: Estimate) -> bool:
    return of.method == SAME or of.low == of.high == 0

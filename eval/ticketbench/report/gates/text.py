"""Gates for a terminal: a line for each, what was found, and the tickets that broke."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ticketbench.measure.gates.results import Against, GateReport
from ticketbench.report.gates.verdict import GateVerdict, answered_text, gate_words
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words import numbers
from ticketbench.report.words.rubrics import change_title, marked, still_wrong_text

_WIDTH = 79
_MARKS = {"pass": "pass", "fail": "FAIL", "inconclusive": "inconclusive", "skipped": "skipped"}
_INDENT = 14
_MOST_FLIPS = 10


def gate_text(report: GateReport, verdict: GateVerdict, *, masked: Masking = NO_TEXTS) -> list[str]:
    """Lines of at most 80 columns; what is printed of them loses control characters there."""
    lines = _wrapped(f"{report.name}: {verdict.headline}")
    lines += [answered_text(one) for one in report.answered]
    for result in report.results:
        words = gate_words(result, masked)
        lines.append("")
        lines += _wrapped(words.demand, first=_MARKS[result.outcome].ljust(_INDENT))
        lines += _wrapped(words.found, first=" " * _INDENT)
    for found in report.findings:
        lines += ["", *_wrapped(f"{found.severity}: {found.title}")]
        lines += _wrapped(f"{found.evidence}. Next: {found.action}", first="  ")
    for against in report.comparisons:
        lines += _against(against, masked)
    return lines


def _against(against: Against, masked: Masking) -> Iterator[str]:
    comparison = against.comparison
    broken = [flip for flip in comparison.flips if flip.kind == "broken"]
    fixed = len(comparison.flips) - len(broken)
    same = sum(flip.base_label == flip.candidate_label for flip in against.still_wrong)
    yield ""
    yield from _wrapped(
        f"{comparison.candidate} against {against.base}: {len(broken):,} broken, {fixed:,} fixed, "
        f"{still_wrong_text(len(against.still_wrong), same)}"
    )
    if against.changed:
        yield from _wrapped(f"changed since it was blessed: {', '.join(against.changed)}")
    if against.n_new:
        yield f"{numbers.count(against.n_new, 'ticket')} not in {against.base}"
    for flip in broken[:_MOST_FLIPS]:
        yield from _wrapped(
            f"{masked.shown_id(flip.ticket_id)}: {flip.gold}, now {flip.candidate_label} "
            f"{flip.candidate_score:.2f} (was {flip.base_score:.2f})",
            first="  ",
        )
    if len(broken) > _MOST_FLIPS:
        yield f"  and {len(broken) - _MOST_FLIPS:,} more broken tickets"
    for change in (one for one in against.rubrics if one.broken or one.drawn):
        yield from _wrapped(f"rubric {change_title(change)}")
        yield from _wrapped(marked(change), first="  ")


def _wrapped(text: str, *, first: str = "") -> list[str]:
    rest = " " * len(first) if first else "  "
    return textwrap.wrap(
        " ".join(text.split()), _WIDTH, initial_indent=first, subsequent_indent=rest
    )

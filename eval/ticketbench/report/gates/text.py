"""Gates for a terminal: the answer, a row for each, what to look at; or everything behind it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ticketbench.measure.gates.results import Against, GateReport
from ticketbench.report.gates.rows import MARKS, GateRow, answer_text, gate_rows, most_broken
from ticketbench.report.gates.rules import change_texts, decided_text, new_answers_text, own_text
from ticketbench.report.gates.verdict import GateVerdict, gate_words, release_in
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.words import numbers
from ticketbench.report.words.missing import answered_text
from ticketbench.report.words.rubrics import change_title, marked, still_wrong_text
from ticketbench.report.words.verdict import Tone

_INDENT = 11
_MOST_FLIPS = 10
_MOST_LINES = 5
_MOST_CHANGES = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; `head` stands before it, in the style of `tone`, or bold for the answer."""

    text: str
    head: str = ""
    tone: Tone | Literal["answer", "aside"] = "neutral"

    @property
    def plain(self) -> str:
        """The whole line."""
        return f"{self.head}{self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class Commands:
    """Commands to paste, each whole; an empty one is not offered.

    of_label  lists the tickets of a rubric set and a label
    of_broken lists the tickets that a rubric set broke of a base
    rest      shows everything
    ask       asks for the answers that are missing
    release   goes on with a release: hands out more to label, or notes it in the ledger
    """

    of_label: Callable[[str, str], str]
    of_broken: Callable[[str, str], str]
    rest: str
    ask: str
    release: str = ""


def gate_text(
    report: GateReport,
    verdict: GateVerdict,
    commands: Commands,
    *,
    width: int,
    baseline: str = "",
    masked: Masking = NO_TEXTS,
) -> list[Line]:
    """The answer, a row for each gate, and what to look at; where one did not pass, the passed ones
    are counted alone.

    Only commands and single words are wider than `width`. What is printed of it loses control
    characters there.
    """
    rows = gate_rows(report, masked)
    lines = _answer(report, verdict, width=width, baseline=baseline)
    lines += _rules(report, masked, width)
    if rows:
        lines += [Line(""), *_rows(rows, commands, width=width)]
    for found in report.findings:
        lines += [Line(""), *_plain(f"{found.severity}: {found.title}", width)]
        lines += _plain(f"{found.evidence}. {_capital(found.action)}.", width, first="  ")
    return lines + _look(report, verdict, rows, commands, width=width)


def gate_details(
    report: GateReport,
    verdict: GateVerdict,
    commands: Commands,
    *,
    width: int,
    baseline: str = "",
    masked: Masking = NO_TEXTS,
) -> list[Line]:
    """The answer, and everything behind it: numbers with intervals, rubrics, broken tickets."""
    lines = _answer(report, verdict, width=width, baseline=baseline)
    lines += _rules(report, masked, width, most=None)
    lines += [Line(""), *(Line(answered_text(one)) for one in report.answered)]
    for result in report.results:
        words, (mark, tone) = gate_words(result, masked), MARKS[result.outcome]
        lines.append(Line(""))
        lines += _marked(mark.ljust(_INDENT), tone, _wrapped(words.demand, width - _INDENT))
        lines += _plain(words.found, width, first=" " * _INDENT)
    for found in report.findings:
        lines += [Line(""), *_plain(f"{found.severity}: {found.title}", width)]
        lines += _plain(f"{found.evidence}. Next: {found.action}", width, first="  ")
    for against in report.comparisons:
        lines += [Line(text) for text in _against(against, masked, width)]
    if not report.complete:
        return lines + _look(report, verdict, (), commands, width=width)
    if release_in(report) is not None:
        return lines + _look(report, verdict, (), commands, width=width)
    if verdict.outcome != "pass":
        lines += [Line(""), *_plain(f"{_capital(verdict.action)}.", width)]
    return lines


def _answer(report: GateReport, verdict: GateVerdict, *, width: int, baseline: str) -> list[Line]:
    text = answer_text(report, verdict, baseline=baseline)
    return [Line("", head=line, tone="answer") for line in _wrapped(text, width)]


def _rules(
    report: GateReport, masked: Masking, width: int, *, most: int | None = _MOST_CHANGES
) -> list[Line]:
    """Whose rules decided and what is altered of them; nothing where they are those of now."""
    rules = report.rules
    if rules is None:
        return []
    told, changes = decided_text(rules), change_texts(rules, masked)
    lines = [Line(""), *_plain(told, width)] if told else []
    shown = changes[:most]
    for one in shown:
        lines += _marked("  ", "neutral", _wrapped(one, width - 2))
    if len(shown) < len(changes):
        lines.append(Line(f"  and {len(changes) - len(shown):,} more: --all"))
    if own := own_text(report):
        lines += _plain(own, width)
    if most is None and (new := new_answers_text(rules)):
        lines += [Line(""), *_plain(f"{_capital(new)}.", width)]
    return lines


def _rows(rows: Sequence[GateRow], commands: Commands, *, width: int) -> list[Line]:
    """A line each where demand and finding fit side by side; what passed is counted where not all
    did.
    """
    passed = [row for row in rows if row.outcome == "pass"]
    listed = rows if len(passed) == len(rows) else [row for row in rows if row not in passed]
    indent = max(len(MARKS[row.outcome][0]) for row in listed) + 2
    fitting = [row for row in listed if len(row.demand) + len(row.found) + indent + 2 <= width]
    column = max((len(row.demand) for row in fitting), default=0)
    lines: list[Line] = []
    for row in listed:
        mark, tone = MARKS[row.outcome]
        beside = f"{row.demand:<{column}}  {row.found}"
        whole = row in fitting and len(beside) + indent <= width
        told = [beside] if whole else [row.demand, *([row.found] if row.found else [])]
        texts = [line for one in told for line in _kept(one, width - indent)]
        texts += [line for one in row.more for line in _short(one, width - indent)]
        lines += _marked(mark.ljust(indent), tone, texts)
        if row.label and (command := commands.of_label(row.rubric_set, row.label)):
            lines.append(Line(f"{' ' * indent}read: {command}"))
    if len(listed) < len(rows):
        mark, tone = MARKS["pass"]
        others = numbers.count(len(passed), "other")
        lines += _marked(mark.ljust(indent), tone, [f"{others}: {commands.rest}"])
    return lines


def _look(
    report: GateReport,
    verdict: GateVerdict,
    rows: Sequence[GateRow],
    commands: Commands,
    *,
    width: int,
) -> list[Line]:
    """What to do next; nothing where a row says it, or nothing broke."""
    if report.rules is not None and report.rules.n_gone and not report.complete:
        return [Line(""), *_plain(f"{_capital(verdict.action)}.", width)]
    if not report.complete:
        return [Line(""), *_beside(_asking(report), commands.ask, width)]
    if release_in(report) is not None:
        told = verdict.action.partition(":")[0]
        return [Line(""), *_beside(f"Next: {told}.", commands.release, width)]
    lines: list[Line] = []
    if verdict.outcome == "undecided":
        lines += [Line(""), *_plain(f"To settle it: {verdict.action}.", width)]
    most = most_broken(report)
    if most is None or any(row.label for row in rows):
        return lines
    told = f"Look at: {most.label}, {most.fixed:,} fixed and {most.broken:,} broken."
    return [*lines, Line(""), *_beside(told, commands.of_broken(most.rubric_set, most.base), width)]


def _asking(report: GateReport) -> str:
    if any(one.n_missing for one in report.answered):
        return "Whoever has a key asks for them and commits the recording:"
    if report.only_refused:
        return "Accept refusals with `endpoint: {max_refused: 0.01}`, or ask again:"
    return "Ask again, or accept them with --allow-failures:"


def _beside(text: str, command: str, width: int) -> list[Line]:
    """A sentence and the command behind it, or below it where there is no room."""
    if command and len(text) + len(command) + 3 <= width:
        return [Line(f"{text}   {command}")]
    return [*_plain(text, width), *([Line(f"  {command}")] if command else [])]


def _marked(mark: str, tone: Tone, texts: Sequence[str]) -> list[Line]:
    """Lines behind a mark, those after the first behind as much space."""
    first, *rest = texts or [""]
    return [Line(first, mark, tone), *(Line(f"{' ' * len(mark)}{one}") for one in rest)]


def _plain(text: str, width: int, *, first: str = "") -> list[Line]:
    return [Line(one) for one in _wrapped(text, width, first=first)]


def _kept(text: str, width: int) -> list[str]:
    """As it is where it fits: columns inside it stay."""
    return [text] if len(text) <= width else _wrapped(text, width)


def _short(text: str, width: int) -> list[str]:
    """Wrapped, and cut where there is more to tell than a few lines hold."""
    whole = " ".join(text.split())
    return textwrap.wrap(whole, width, max_lines=_MOST_LINES, placeholder=" ...")


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _against(against: Against, masked: Masking, width: int) -> Iterator[str]:
    comparison = against.comparison
    broken = [flip for flip in comparison.flips if flip.kind == "broken"]
    same = sum(flip.base_label == flip.candidate_label for flip in against.still_wrong)
    yield ""
    yield from _wrapped(
        f"{comparison.candidate} against {against.base}: {comparison.n_broken:,} broken, "
        f"{comparison.n_fixed:,} fixed, {_still_wrong(against, same)}",
        width,
    )
    if against.changed:
        yield from _wrapped(f"changed since it was blessed: {', '.join(against.changed)}", width)
    if against.n_new:
        yield f"{numbers.count(against.n_new, 'ticket')} not in {against.base}"
    for flip in broken[:_MOST_FLIPS]:
        yield from _wrapped(
            f"{masked.shown_id(flip.ticket_id)}: {flip.gold}, now {flip.candidate_label} "
            f"{flip.candidate_score:.2f} (was {flip.base_score:.2f})",
            width,
            first="  ",
        )
    if len(broken) > _MOST_FLIPS:
        yield f"  and {len(broken) - _MOST_FLIPS:,} more broken tickets"
    for change in (one for one in against.rubrics if one.broken or one.drawn):
        yield from _wrapped(f"rubric {change_title(change)}", width)
        yield from _wrapped(marked(change), width, first="  ")


def _still_wrong(against: Against, same: int) -> str:
    """Those that parts do not list are counted alone."""
    if not against.comparison.listed:
        return f"{against.comparison.contingency.neither:,} still wrong; none is listed, in parts"
    return still_wrong_text(len(against.still_wrong), same)


def _wrapped(text: str, width: int, *, first: str = "") -> list[str]:
    rest = " " * len(first) if first else "  "
    return textwrap.wrap(
        " ".join(text.split()), width, initial_indent=first, subsequent_indent=rest
    )

"""Gates for GitHub Actions: annotations on lines of the pull request, and step outputs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ticketbench.measure.gates.results import GateReport, GateResult, MustPass, NotWorse
from ticketbench.report.gates.places import Places, file_and_line, place_of
from ticketbench.report.gates.rules import change_texts, decided_text
from ticketbench.report.gates.verdict import GateVerdict, gate_words, release_in
from ticketbench.report.masking.texts import NO_TEXTS, Masking
from ticketbench.report.rendering import visible
from ticketbench.report.words import numbers
from ticketbench.report.words.commands import Command, broken
from ticketbench.report.words.rubrics import change_title, marked

MOST_OF_A_LEVEL = 10
"""GitHub shows ten annotations of each level and step."""

_LONGEST = 2_000
_TITLE = "ticketbench"


@dataclass(frozen=True, slots=True)
class Annotation:
    """One message on one line."""

    level: Literal["error", "warning", "notice"]
    where: str
    message: str


def gate_annotations(
    report: GateReport, verdict: GateVerdict, places: Places, *, masked: Masking = NO_TEXTS
) -> list[Annotation]:
    """Failed gates first, then undecided ones, warnings, and rubrics whose edit broke tickets.

    At most ten of each level, which is what GitHub shows.
    """
    found = list(_annotated(report, verdict, places, masked))
    kept: list[Annotation] = []
    for one in found:
        if sum(other.level == one.level for other in kept) < MOST_OF_A_LEVEL:
            kept.append(one)
    return kept


def workflow_command(annotation: Annotation) -> Command:
    """`::error file=...,line=...,title=...::message`, with every value escaped.

    No value holds a command of another kind of runner.
    """
    path, line = file_and_line(annotation.where)
    properties = {"file": path, "line": line, "title": _TITLE}
    given = ",".join(f"{k}={_escaped_property(v)}" for k, v in properties.items() if v)
    return Command(f"::{annotation.level} {given}::{_escaped(annotation.message[:_LONGEST])}")


def step_outputs(report: GateReport, verdict: GateVerdict) -> bytes:
    """What GITHUB_OUTPUT takes: verdict, headline, accuracy and threshold of the last set, and the
    largest loss that the first primary gate, or the release, does not exclude.
    """
    values = {"verdict": verdict.outcome, "headline": verdict.headline}
    if report.evaluations:
        last = report.evaluations[-1]
        values["accuracy"] = numbers.number(last.accuracy.value, 6)
        values["threshold"] = numbers.threshold(last.settings.policy.threshold)
    primary = [r for r in report.results if isinstance(r, NotWorse) and r.primary]
    if primary:
        values["largest_loss"] = numbers.number(primary[0].loss_left, 6)
    if release := release_in(report):
        values["largest_loss"] = numbers.number(release.loss_left, 6)
    lines = []
    for name, value in values.items():
        # A value cannot end itself: nobody can know the word before it is drawn.
        end = f"end_{secrets.token_hex(8)}"
        lines.append(f"{name}<<{end}\n{value}\n{end}\n")
    return "".join(lines).encode("utf-8")


def _annotated(
    report: GateReport, verdict: GateVerdict, places: Places, masked: Masking
) -> Iterator[Annotation]:
    if verdict.outcome == "incomplete":
        how: Literal["error", "warning"] = "error" if verdict.red else "warning"
        yield Annotation(how, places.config, f"{verdict.headline}; {verdict.action}")
    if report.rules is not None and (told := decided_text(report.rules)):
        changes = "; ".join(change_texts(report.rules, masked))
        yield Annotation("warning", places.config, f"{told} {changes}".rstrip())
    for result in (r for r in report.results if r.outcome == "fail"):
        yield from _failed(result, places, masked)
    strict = verdict.outcome == "undecided" and verdict.red
    level: Literal["error", "warning"] = "error" if strict else "warning"
    for result in report.results:
        if result.outcome in ("inconclusive", "skipped"):
            yield Annotation(level, place_of(result, places), _message(result, masked))
    for found in (one for one in report.findings if one.severity == "warning"):
        yield Annotation("warning", places.config, f"{found.title}: {found.evidence}")
    yield from _broken(report, places)


def _failed(result: GateResult, places: Places, masked: Masking) -> Iterator[Annotation]:
    """A must-pass gate is told on the line of each ticket, any other once."""
    if not isinstance(result, MustPass):
        yield Annotation("error", place_of(result, places), _message(result, masked))
        return
    for ticket in result.tickets:
        where = places.tickets.get(ticket.ticket_id, place_of(result, places))
        name = masked.shown_id(ticket.ticket_id)
        message = f"must pass ({result.rubric_set}): {name}: {ticket.what}"
        yield Annotation("error", where, message)


def _broken(report: GateReport, places: Places) -> Iterator[Annotation]:
    told: set[str] = set()
    for against in report.comparisons:
        name = against.comparison.candidate
        for change in sorted(against.rubrics, key=lambda one: -one.broken):
            where = places.rubrics.get((name, change.label), "")
            if change.broken and where and where not in told:
                told.add(where)
                message = f"{change_title(change)} (against {against.base}). {marked(change)}"
                yield Annotation("notice", where, message)


def _message(result: GateResult, masked: Masking) -> str:
    words = gate_words(result, masked)
    return f"{result.outcome}: {words.demand}: {words.found}"


def _escaped(text: str) -> str:
    flat = broken(visible(text))
    return flat.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")

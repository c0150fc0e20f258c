"""When a run is not complete enough to go on: which answers are missing, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import EndpointError, IncompleteError, Problem
from ticketbench.core.quotes import clipped
from ticketbench.core.types import Failure, Finding, ScoreTable
from ticketbench.edge.redaction import shown_url
from ticketbench.report.words.numbers import count

if TYPE_CHECKING:
    from ticketbench.edge.replay.drift import Drift

_IN_WORDS = {
    "miss": "not stored",
    "cache": "stored but damaged",
    "contract": "stored but not valid",
    "not_run": "not asked",
}
_STOPPED = {
    **dict.fromkeys(("http", "network", "timeout", "contract"), "asked without a usable answer"),
    "not_run": "not asked",
}


def refuse_misses(tables: Sequence[ScoreTable], allowed: int, config: Path) -> None:
    """Strict replay: raise IncompleteError that names the rubric sets and the first tickets whose
    answers are missing, when they are more than `allowed`.
    """
    _refuse(tables, allowed, f"ask for them: ticketbench run {config}")


def refuse_stopped(tables: Sequence[ScoreTable], allowed: int, stopped: Sequence[str]) -> None:
    """Raise IncompleteError when a limit stopped the run with more than `allowed` answers open.

    `stopped` says for each table which limit it was, with the last failure before it, or nothing.
    """
    reasons = [reason for reason in stopped if reason]
    if reasons:
        help_ = "finished answers are kept; the same command goes on from there"
        _refuse(tables, allowed, f"{reasons[0]}; {help_}", words=_STOPPED)


def refuse_unreachable(tables: Sequence[ScoreTable], url: str) -> None:
    """Raise EndpointError when no ticket has an answer since no connection came about."""
    failures = _failures(tables)
    scored = sum(table.n_scored for table in tables)
    if failures and not scored and {f.kind for f in failures} <= {"network", "timeout"}:
        raise EndpointError(
            f"no question got an answer; the last: {failures[-1].detail}",
            where=shown_url(url),
            help="check the URL and the server, then run again",
        )


def refuse_failures(tables: Sequence[ScoreTable], allowed: int, out: Path) -> None:
    """Raise IncompleteError when more than `allowed` answers failed, over all rubric sets."""
    failures = _failures(tables)
    if len(failures) <= allowed:
        return
    n_tickets = len({failure.ticket_id for failure in failures})
    first = failures[0]
    raise IncompleteError(
        f"{count(len(failures), 'answer')} of {count(n_tickets, 'ticket')} failed, "
        f"{allowed} are allowed; the first: {clipped(first.ticket_id)} "
        f"({first.kind}, {first.detail})",
        where=str(out),
        help="run again to ask only for these, or accept them: --allow-failures N",
    )


def drift_finding(drift: Drift) -> tuple[Finding, ...]:
    """A warning when questions that were asked again got other answers; else nothing."""
    if not drift.changed:
        return ()
    return (
        Finding(
            code="TB301",
            severity="warning",
            title="the endpoint changed while or before this run went on",
            evidence=f"{drift.changed} of {drift.asked} questions asked again got other scores, "
            f"by up to {drift.largest:.3f}: these results mix two models",
            action="ask everything again: --mode refresh, then `cache export` if you have a "
            "recording: it is read first",
        ),
    )


def refresh_finding(unfinished: bool) -> tuple[Finding, ...]:
    """A warning when a refresh of these questions has not ended; else nothing."""
    if not unfinished:
        return ()
    return (
        Finding(
            code="TB302",
            severity="warning",
            title="a refresh of these answers was not finished",
            evidence="some answers are newer than others and may be those of another model",
            action="finish it: --mode refresh asks only for what is left",
        ),
    )


def _failures(tables: Sequence[ScoreTable]) -> list[Failure]:
    return [failure for table in tables for failure in table.failures]


def _refuse(
    tables: Sequence[ScoreTable],
    allowed: int,
    help_: str,
    *,
    words: Mapping[str, str] = _IN_WORDS,
) -> None:
    if len(_failures(tables)) <= allowed:
        return
    problems = []
    for table in tables:
        if table.failures:
            first = ", ".join(clipped(failure.ticket_id) for failure in table.failures[:3])
            more = " ..." if len(table.failures) > 3 else ""
            are = "answer is" if len(table.failures) == 1 else "answers are"
            what = (
                f"{len(table.failures)} {are} missing for rubric set "
                f"{table.provenance.rubric_set!r}: {_kinds(table, words)} (tickets {first}{more})"
            )
            problems.append(Problem(what, "", help_))
    raise IncompleteError.of(problems)


def _kinds(table: ScoreTable, words: Mapping[str, str]) -> str:
    kinds = Counter(words.get(failure.kind, failure.kind) for failure in table.failures)
    return ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))

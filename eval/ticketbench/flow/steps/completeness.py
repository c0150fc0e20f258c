"""When a run is not complete enough to go on: which answers are missing, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ticketbench.core.errors import (
    EndpointError,
    IncompleteError,
    InputError,
    Problem,
    TicketbenchError,
)
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.types import Failure, Finding, Missing
from ticketbench.edge.redaction import shown_url
from ticketbench.report.words.numbers import count

_MOST_TICKETS = 3
_ACCEPT = "accept refusals, which no new try changes: `endpoint: {max_refused: 0.01}`"

if TYPE_CHECKING:
    from ticketbench.edge.answers.recording import Recording
    from ticketbench.edge.replay.drift import Drift
    from ticketbench.flow.steps.inputs import ConfigInputs


class Answers(Protocol):
    """What is looked at of the answers of a rubric set, such as of a score table."""

    @property
    def rubric_set(self) -> str:
        """Its name."""

    @property
    def failures(self) -> Sequence[Failure]:
        """One for each ticket without an answer; of very many only some name their ticket."""

    @property
    def n_scored(self) -> int:
        """Tickets with an answer."""

    @property
    def n_failed(self) -> int:
        """Tickets without one."""

    @property
    def n_requested(self) -> int:
        """All of them."""


class AbsentRecordingError(InputError):
    """Answers are missing, and the recording that the config names is not there."""


def refuse_misses(tables: Sequence[Answers], allowed: int, inputs: ConfigInputs) -> None:
    """Strict replay: raise what `missing_error` makes of the answers that are missing, when they
    are more than `allowed`. Refusals that the config accepts are none of them.
    """
    failed = _failed(tables, inputs)
    if sum(map(len, failed.values())) > allowed:
        raise missing_error(failed, inputs, shown=str(inputs.config.path))


def missing_error(
    failed: Mapping[str, Sequence[Failure]], inputs: ConfigInputs, *, shown: str
) -> TicketbenchError:
    """What to raise for missing answers, by rubric set (one at least): AbsentRecordingError where
    the recording is not there, unless all were refused, else IncompleteError with why, and the
    first tickets of each set.

    `shown` is the config as the user would type it.
    """
    from ticketbench.report.words.missing import missing_text

    every = [failure for failures in failed.values() for failure in failures]
    if inputs.recording.absent and not _all_refused(every):
        return AbsentRecordingError(
            missing_text(missing_of(every)),
            where=inputs.config.document.where(("recording",)),
            help=f"commit it, or make it: ticketbench run {shown} && "
            f"ticketbench cache export {shown}",
        )
    return _incomplete(failed, f"ask for them: ticketbench run {shown}")


def missing_of(failures: Sequence[Failure]) -> tuple[Missing, ...]:
    """Failures counted by why there is no answer."""
    if not failures:
        return ()
    # What looks for reasons builds every question again; most often there is nothing to look for.
    from ticketbench.edge.replay.why_missing import because

    return Missing.counted(because(failure) for failure in failures)


def refuse_stopped(tables: Sequence[Answers], allowed: int, stopped: Sequence[str]) -> None:
    """Raise IncompleteError when a limit stopped the run with more than `allowed` answers open.

    It names the limit first, then how many answers each set lacks, and why where that is not the
    limit alone. `stopped` says for each table which limit it was, with the last failure before it,
    or nothing.
    """
    reasons = [reason for reason in stopped if reason]
    failed = {table.rubric_set: table.failures for table in tables if table.failures}
    if reasons and len(_failures(tables)) > allowed:
        told = "; ".join(_left(name, failures) for name, failures in failed.items())
        raise IncompleteError(
            f"{reasons[0]}; {told}",
            help="finished answers are kept; the same command goes on from there",
        )


def refuse_unreachable(tables: Sequence[Answers], inputs: ConfigInputs) -> None:
    """Raise EndpointError when no ticket has an answer of an endpoint since no connection came
    about.
    """
    for endpoint in inputs.endpoints:
        names = [name for name, one in inputs.config.file.sets.items() if one.endpoint == endpoint]
        own = [table for table in tables if table.rubric_set in names]
        failures, scored = _failures(own), sum(table.n_scored for table in own)
        if failures and not scored and {f.kind for f in failures} <= {"network", "timeout"}:
            others = "; the answers of the others are kept" if endpoint.name else ""
            raise EndpointError(
                f"{failures[-1].detail}; no question got an answer{others}",
                where=shown_url(endpoint.settings.url),
                help="check the URL and the server, then run again",
            )


def refuse_failures(
    tables: Sequence[Answers], allowed: int, out: Path, inputs: ConfigInputs
) -> None:
    """Raise IncompleteError when more than `allowed` answers failed, over all rubric sets; refusals
    that the config accepts do not count. Refusals are named first.
    """
    failures = [one for table in tables for one in counting(table, inputs)]
    failures.sort(key=lambda failure: failure.kind != "refused")
    if len(failures) <= allowed:
        return
    ids = {failure.ticket_id for failure in failures}
    first = failures[0]
    of = "" if "" in ids else f" of {count(len(ids), 'ticket')}"
    told = f"{count(len(failures), 'answer')}{of} failed, {allowed} are allowed"
    one_cause = len({failure.detail for failure in failures}) == 1
    of_first = f"the first: {clipped(first.ticket_id)} ({first.kind}, "
    raise IncompleteError(
        f"{first.detail}; {told}; {of_first}as all are)"
        if one_cause
        else f"{told}; {of_first}{first.detail})",
        where=str(out),
        help=_ACCEPT
        if first.kind == "refused"
        else "run again to ask only for these, or accept them: --allow-failures N",
    )


def counting(table: Answers, inputs: ConfigInputs) -> Sequence[Failure]:
    """The failures of a set but for its refusals, where these are no larger a share of its tickets
    than `max_refused` of its endpoint.
    """
    others = tuple(failure for failure in table.failures if failure.kind != "refused")
    n_refused = table.n_failed - len(others)
    settings = inputs.config.endpoint_of(table.rubric_set).settings
    return others if n_refused <= settings.max_refused * table.n_requested else table.failures


def drift_finding(drift: Drift, *, who: str = "the endpoint") -> tuple[Finding, ...]:
    """A warning when questions that `who` was asked again got other answers, or another model gave
    them; else nothing.
    """
    if drift.models and not drift.changed:
        return (_other_model(drift, who),)
    if not drift.changed:
        return ()
    return (
        Finding(
            code="TB301",
            severity="warning",
            title=f"{who} changed while or before this run went on",
            evidence=f"{_named(drift)}{drift.changed} of {drift.asked} questions asked again got "
            f"other scores, by up to {drift.largest:.3f}: these results mix two models",
            action="ask everything again: --mode refresh, then `cache export` if you have a "
            "recording: it is read first",
        ),
    )


def _other_model(drift: Drift, who: str) -> Finding:
    return Finding(
        code="TB301",
        severity="warning",
        title=f"{who} answers with another model",
        evidence=f"{_named(drift)}the scores of {drift.asked} questions asked again are the same",
        action="ask everything again where figures have to be of one model: --mode refresh",
    )


def _named(drift: Drift) -> str:
    """The models before and now, first of all."""
    return "".join(
        f"{quoted(now)} answers, and before {quoted(was)}; " for was, now in drift.models
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


def version_finding(recording: Recording, config: Path) -> tuple[Finding, ...]:
    """A note when the recording is of version 1; else nothing. Raises what reading it raises."""
    if recording.version > 1:
        return ()
    return (
        Finding(
            code="TB303",
            severity="note",
            title="the recording is of version 1",
            evidence="its digests cover the answers alone, not which question they belong to",
            action=f"ticketbench cache export {config} writes version 2",
        ),
    )


def recording_findings(inputs: ConfigInputs) -> tuple[Finding, ...]:
    """What is worth knowing about the recording before answers are looked for in it."""
    absent, config = inputs.recording.absent, inputs.config.path
    if absent is None:
        return version_finding(inputs.recording, config)
    return (
        Finding(
            code="TB304",
            severity="warning",
            title=f"{absent} is not there",
            evidence="the config names it as its recording",
            action=f"commit it, or make it: ticketbench run {config} && "
            f"ticketbench cache export {config}",
        ),
    )


def _failures(tables: Sequence[Answers]) -> list[Failure]:
    return [failure for table in tables for failure in table.failures]


def _failed(tables: Sequence[Answers], inputs: ConfigInputs) -> dict[str, Sequence[Failure]]:
    """What counts as failed, of each set with any."""
    counted = {table.rubric_set: counting(table, inputs) for table in tables}
    return {name: failures for name, failures in counted.items() if failures}


def _all_refused(failures: Sequence[Failure]) -> bool:
    return all(failure.kind == "refused" for failure in failures)


def _left(name: str, failures: Sequence[Failure]) -> str:
    """How many answers a set lacks where a limit was reached."""
    from ticketbench.report.words.missing import missing_text

    reasons = Missing.counted(failure.detail for failure in failures)
    known = missing_text(reasons, of=name)
    # The limit itself is said already.
    alone = len(reasons) == 1 and all(failure.kind == "not_run" for failure in failures)
    return known.partition(": ")[0] if alone else known


def _incomplete(failed: Mapping[str, Sequence[Failure]], help_: str) -> IncompleteError:
    from ticketbench.report.words.missing import missing_text

    problems = []
    for name, failures in failed.items():
        next_ = _ACCEPT if _all_refused(failures) else help_
        missing = missing_text(missing_of(failures), of=name)
        problems.append(Problem(f"{missing}{_first_tickets(failures)}", "", next_))
    return IncompleteError.of(problems)


def _first_tickets(failures: Sequence[Failure]) -> str:
    ids = [clipped(failure.ticket_id) for failure in failures if failure.ticket_id]
    listed = ", ".join(ids[:_MOST_TICKETS]) + (" ..." if len(ids) > _MOST_TICKETS else "")
    return f" ({'ticket' if len(ids) == 1 else 'tickets'} {listed})" if ids else ""

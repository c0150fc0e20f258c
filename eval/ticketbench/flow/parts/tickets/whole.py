"""A whole run over tickets in parts: counted, with what results and report need beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketbench.core.intake import Intake
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Finding
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.cache_file import real_path
from ticketbench.edge.answers.parts.by_key import kept_by_key
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.edge.parts.tickets import TicketRows, rows_of
from ticketbench.edge.replay.drift import Drift
from ticketbench.flow.answers.origin import OfSet, origin_findings, origins_in_numbers
from ticketbench.flow.endpoints.answers import AnsweredSets, in_numbers
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.tickets.asker import Asker, asker
from ticketbench.flow.parts.tickets.task import SetOfTask, TicketTask, counted_from_stored
from ticketbench.flow.parts.tickets.together import Together
from ticketbench.flow.parts.which_engine import engine_of
from ticketbench.flow.steps.completeness import (
    counting,
    drift_finding,
    refresh_finding,
    refuse_failures,
    refuse_misses,
    refuse_stopped,
    refuse_unreachable,
    version_finding,
)
from ticketbench.flow.steps.inputs import PartInputs, ReadParts
from ticketbench.flow.steps.settings import SEED, blessed_findings
from ticketbench.flow.steps.sources.answers import refresh_name
from ticketbench.measure.parts.pairs.joint import Joint
from ticketbench.measure.parts.statistics import Statistics
from ticketbench.measure.results import DatasetSummary

if TYPE_CHECKING:
    from ticketbench.edge.asking.pacing import Budget
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.replay.together import ProgressOf

_MOST_EXPLAINED = 100_000
"""Missing answers after which no further part is looked at for reasons: they are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class CountedRun(AnsweredSets):
    """Every ticket of a dataset in parts, answered and counted: the same for any number and order
    of parts and any engine, but for `answers` and `n_parts`.

    sets      of each rubric set, in the order of the config, under its policy and SEED
    joints    of each pair of sets in their order
    dataset   name, fingerprint, numbers of tickets, labels and groups
    intake    how the parts were read
    findings  what to know before any figure, in the order of `RunResults.findings`
    origins   how the answers came, of the sets of which that is told
    """

    sets: tuple[Statistics, ...]
    joints: tuple[Joint, ...]
    dataset: DatasetSummary
    intake: Intake
    findings: tuple[Finding, ...]
    origins: tuple[OfSet, ...]
    n_parts: int

    @property
    def in_numbers(self) -> dict[str, Any]:
        """Where the answers came from and which models gave them, for the manifest."""
        told = origins_in_numbers(self.origins)
        return {"parts": self.n_parts, **in_numbers(self.answers), **told}


def counted_run(
    inputs: PartInputs,
    *,
    mode: Mode = "auto",
    where: Where | None = None,
    allow_failures: int = 0,
    budget: Budget | None = None,
    progress: ProgressOf | None = None,
    told: Callable[[int, int], None] = lambda done, of: None,
    tell: Callable[[str], None] | None = None,
) -> CountedRun:
    """Read, answer and count every part. What is missing is asked by this process alone, once every
    part is read and its rows are checked.

    Nothing is written but answers to the cache. `told` hears how many of how many parts are
    counted, `progress` how asking goes on. Raises what `run` raises before its report: InputError
    for parts, IncompleteError for more than `allow_failures` missing answers in strict replay and
    where a limit stopped the asking, EndpointError where nobody answers.
    """
    where = where or Where()
    count = engine_of(where)
    labels = dict.fromkeys(label for one in inputs.rubric_sets for label in one.labels)
    rows = rows_of(inputs.parts, inputs.config.reading, tuple(labels))
    with _recorded(inputs) as recorded:
        found = Together(_tasks(inputs, rows, recorded))
        for n, one in enumerate(count(counted_from_stored, found.tasks, where), start=1):
            found.take(one, sums=not _will_be_asked(one.n_failed, mode))
            told(n, len(found.tasks))
        found.refuse_wrong(inputs, rows)
        read = inputs.read(fingerprint=found.fingerprint)
        if _left(found, mode, allow_failures, inputs):
            who = asker(read, recorded, mode=mode, budget=budget, progress=progress, tell=tell)
            with who as own:
                _complete(found, own, mode)
    answers = found.answers
    if mode == "replay":
        refuse_misses(answers, allow_failures, inputs)
    refuse_stopped(answers, allow_failures, [one.stopped for one in answers])
    refuse_unreachable(answers, inputs)
    return CountedRun(
        sets=found.sums.sets,
        joints=found.sums.joints,
        dataset=found.summary(inputs),
        intake=found.counts.intake,
        findings=_findings(found, read, mode),
        answers=answers,
        origins=found.origins,
        n_parts=len(found.tasks),
    )


def refuse_failed(run: CountedRun, allowed: int, out: Path, inputs: PartInputs) -> None:
    """After the report: raise IncompleteError when more than `allowed` answers failed."""
    refuse_failures(run.answers, allowed, out, inputs)


@contextmanager
def _recorded(inputs: PartInputs) -> Iterator[Path | None]:
    """The recording by key, beside the cache; None where there is none."""
    if not inputs.recording.prefixes():
        yield None
        return
    beside = real_path(inputs.config.cache_path)
    with kept_by_key(inputs.recording.each_part(), beside.with_suffix(".recorded")) as path:
        yield path


def _tasks(inputs: PartInputs, rows: TicketRows, recorded: Path | None) -> tuple[TicketTask, ...]:
    config = inputs.config
    sets = tuple(_set(one, inputs) for one in inputs.rubric_sets)
    return tuple(
        TicketTask(part, rows, sets, config.cache_path, recorded, config.policy, SEED)
        for part in inputs.parts.files
    )


def _set(rubrics: RubricSet, inputs: PartInputs) -> SetOfTask:
    url = inputs.url_of(rubrics)
    return SetOfTask(rubrics, url, None if is_local(url) else inputs.recording.models(url))


def _will_be_asked(n_failed: int, mode: Mode) -> bool:
    """Whether a part is counted once more, with the answers to what is asked."""
    return mode == "refresh" or (mode == "auto" and n_failed > 0)


def _left(found: Together, mode: Mode, allowed: int, inputs: PartInputs) -> bool:
    """Whether something is to be asked or, where strict replay will be refused, explained."""
    if mode == "replay":
        return sum(len(counting(one, inputs)) for one in found.answers) > allowed
    return any(_will_be_asked(one.n_failed, mode) for one in found.parts)


def _complete(found: Together, own: Asker, mode: Mode) -> None:
    """Ask for what is missing, or explain it."""
    n_explained = 0
    for task in found.tasks if mode == "refresh" else found.failing():
        if mode != "replay":
            found.take(own.asked(task))
        elif n_explained < _MOST_EXPLAINED:
            one = own.explained(task)
            n_explained += one.n_failed
            found.take(one, sums=False)
    kinds = {failure.kind for one in found.answers for failure in one.failed}
    if mode == "refresh" and kinds <= {"refused"}:
        own.sources.cache.end_refresh(refresh_name(own.inputs))


def _findings(found: Together, inputs: ReadParts, mode: Mode) -> tuple[Finding, ...]:
    """What to know before any figure, in the order of a run over one file."""
    of_answers = [*origin_findings(found.origins)]
    for endpoint in inputs.endpoints:
        of_answers += _drift(found, inputs, endpoint)
    with AnswerCache(inputs.config.cache_path, reads_only=True) as cache:
        unfinished = mode != "refresh" and cache.refresh_began(refresh_name(inputs)) is not None
    return (
        *(finding for finding in of_answers if finding.severity == "warning"),
        *found.findings(inputs),
        *inputs.findings,
        *(finding for finding in of_answers if finding.severity != "warning"),
        *refresh_finding(unfinished),
        *version_finding(inputs.recording, inputs.config.path),
        *blessed_findings(inputs),
    )


def _drift(found: Together, inputs: ReadParts, of: NamedEndpoint) -> tuple[Finding, ...]:
    own = (one.drift for one in found.answers if inputs.config.endpoint_of(one.rubric_set) == of)
    return drift_finding(
        sum(own, Drift()), who=f"endpoint {of.name}" if of.name else "the endpoint"
    )

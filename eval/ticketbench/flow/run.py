"""The main job: replay, evaluate, compare, choose thresholds, write the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ticketbench.core.types import Finding, ScoreTable
from ticketbench.edge.files.gitignore import kept_if_filled
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.edge.replay.drift import Drift
from ticketbench.edge.results.run_folder import reserved
from ticketbench.flow.answers.origin import origin_findings
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.endpoints.every_set import Answered, answered_sets
from ticketbench.flow.endpoints.leaderboard import with_leaderboard
from ticketbench.flow.import_notes import ceiling, with_steps
from ticketbench.flow.parts.engine import Where, refuse_engine
from ticketbench.flow.report.files import manifest_of, write_run, write_run_in_parts
from ticketbench.flow.report.folder import made_from
from ticketbench.flow.steps.completeness import (
    drift_finding,
    refresh_finding,
    refuse_failures,
    refuse_misses,
    refuse_stopped,
    refuse_unreachable,
    version_finding,
)
from ticketbench.flow.steps.inputs import Inputs, PartInputs, either_inputs
from ticketbench.flow.steps.production import with_production
from ticketbench.flow.steps.settings import blessed_findings, settings_of, today_of
from ticketbench.flow.steps.slicing import sliced
from ticketbench.flow.steps.sources.batches import NO_WISHES, BatchWishes, refuse_batches
from ticketbench.flow.steps.sources.budget import budget_of
from ticketbench.flow.texts import texts_notes
from ticketbench.measure.results import Origin, RunResults, run_results, summarise_dataset

if TYPE_CHECKING:
    from ticketbench.edge.asking.pacing import Budget
    from ticketbench.edge.replay.every_ticket import Replayed
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.replay.together import ProgressOf


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The results, where they were written, and where each set's answers came from, in words.

    `asked` counts the answers that this run asked for and got, `refused_before` the questions among
    those sent that had been refused before; `notes` say what to know about the texts in the report;
    `n_parts` counts the parts that the tickets lay in, 0 where that is one file.
    """

    results: RunResults
    out: Path
    sources: tuple[str, ...] = ()
    asked: int = 0
    refused_before: int = 0
    notes: tuple[Finding, ...] = ()
    n_parts: int = 0


def run(
    config: Path,
    *,
    mode: Mode = "auto",
    out: Path | None = None,
    overrides: Sequence[str] = (),
    allow_failures: int = 0,
    progress: ProgressOf | None = None,
    command: str = "",
    most_requests: int | None = None,
    most_cost: float | None = None,
    tell: Callable[[str], None] | None = None,
    batches: BatchWishes = NO_WISHES,
    where: Where | None = None,
    counted: Callable[[int, int], None] = lambda done, of: None,
) -> RunOutcome:
    """Replay every rubric set of `config`, measure, compare with the first, write the report.

    The report goes to `out`, by default reports/<config name>; one run at a time. `tell` hears
    which key goes where before anything is sent, and what becomes of `batches`. A dataset in parts
    is counted `where` that is said, and `counted` hears how many of how many parts are. Raises
    IncompleteError when more than `allow_failures` answers failed, over all rubric sets: before
    anything is written when strict replay misses answers (InputError where the recording is not
    there, either) or a limit (`most_requests` sent, `most_cost` spent, a batch not finished in
    time) stopped the asking, after the report is written otherwise.
    """
    started = datetime.now(UTC)
    clock = time.monotonic()
    inputs = either_inputs(config, overrides=overrides)
    if isinstance(inputs, Inputs):
        refuse_engine(where, config)
    else:
        refuse_batches(batches)
    target = out or Path("reports") / inputs.config.name
    budget = budget_of(inputs, most_requests, most_cost)
    manifest = manifest_of(command, mode, started) | made_from(config, overrides)
    asking = _Asking(mode, budget, progress, tell, batches, allow_failures)
    own = kept_if_filled(target.parent) if out is None else nullcontext()
    with own, reserved(target, manifest):
        if isinstance(inputs, Inputs):
            made = _replayed(inputs, asking)
        else:
            made = _counted(inputs, asking, where, counted)
        # `requests` counts those that were sent again, too.
        manifest |= {"status": "finished", **made.answered.in_numbers, "requests": budget.requests}
        manifest["seconds"] = round(time.monotonic() - clock, 3)
        made.write(target, manifest)
    made.refuse(target)
    return RunOutcome(
        made.results,
        target,
        made.answered.sources,
        asked=made.answered.asked,
        refused_before=made.answered.refused_before,
        notes=() if made.n_parts else texts_notes(inputs.config),
        n_parts=made.n_parts,
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the caller of `run` wants of the answers."""

    mode: Mode
    budget: Budget
    progress: ProgressOf | None
    tell: Callable[[str], None] | None
    batches: BatchWishes
    allowed: int


class _Answers(Protocol):
    """How the questions of a run were answered."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Where each set's answers came from, in words."""

    @property
    def in_numbers(self) -> dict[str, Any]:
        """The same for the manifest."""

    @property
    def asked(self) -> int:
        """Answers that this run asked for and got."""

    @property
    def refused_before(self) -> int:
        """Questions among those sent that had been refused before."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A run before its report: `write` makes that, and `refuse` raises where too much failed."""

    results: RunResults
    answered: _Answers
    write: Callable[[Path, dict[str, Any]], None]
    refuse: Callable[[Path], None]
    n_parts: int = 0


def _replayed(inputs: Inputs, asking: _Asking) -> _Made:
    """Of tickets in one file."""
    mode, allowed = asking.mode, asking.allowed
    answered = answered_sets(
        inputs,
        mode=mode,
        budget=asking.budget,
        progress=asking.progress,
        tell=asking.tell,
        wishes=asking.batches,
    )
    tables = answered.tables
    if mode == "replay":
        refuse_misses(tables, allowed, inputs)
    refuse_stopped(tables, allowed, [one.stopped for one in answered.replayed])
    refuse_unreachable(tables, inputs)
    ordered = [table.in_order_of_ids() for table in tables]
    measured = _measured(inputs, ordered, _findings(inputs, answered))
    results = with_leaderboard(measured, inputs, answered.efforts)
    return _Made(
        results,
        answered,
        write=lambda out, manifest: write_run(out, results, inputs, ordered, manifest),
        refuse=lambda out: refuse_failures(tables, allowed, out, inputs),
    )


def _counted(
    inputs: PartInputs, asking: _Asking, where: Where | None, told: Callable[[int, int], None]
) -> _Made:
    """Of tickets in parts."""
    from ticketbench.flow.parts.tickets.results import counted_results
    from ticketbench.flow.parts.tickets.whole import counted_run, refuse_failed

    found = counted_run(
        inputs,
        mode=asking.mode,
        where=where,
        allow_failures=asking.allowed,
        budget=asking.budget,
        progress=asking.progress,
        told=told,
        tell=asking.tell,
    )
    results = counted_results(found, inputs)
    return _Made(
        results,
        found,
        write=lambda out, manifest: write_run_in_parts(out, results, inputs.config, manifest),
        refuse=lambda out: refuse_failed(found, asking.allowed, out, inputs),
        n_parts=found.n_parts,
    )


def _findings(inputs: Inputs, answered: Answered) -> tuple[Finding, ...]:
    """What to know before any figure: which model answered comes before all else."""
    of_answers = [*origin_findings(answered.origins), *answered.batched.findings]
    for endpoint in inputs.endpoints:
        own = [one.drift for one in answered.replayed if _is_of(one, endpoint, inputs)]
        who = f"endpoint {endpoint.name}" if endpoint.name else "the endpoint"
        of_answers += drift_finding(sum(own, Drift()), who=who)
    return (
        *(finding for finding in of_answers if finding.severity == "warning"),
        *inputs.findings,
        *(finding for finding in of_answers if finding.severity != "warning"),
        *refresh_finding(answered.unfinished_refresh),
        *version_finding(inputs.recording, inputs.config.path),
        *blessed_findings(inputs),
        *ceiling(inputs.loaded.path),
    )


def _is_of(one: Replayed, endpoint: NamedEndpoint, inputs: Inputs) -> bool:
    return inputs.config.endpoint_of(one.table.provenance.rubric_set) == endpoint


def _measured(
    inputs: Inputs, tables: Sequence[ScoreTable], found: tuple[Finding, ...]
) -> RunResults:
    settings = settings_of(inputs)
    summary = summarise_dataset(inputs.dataset, inputs.grouped_by, inputs.untied)
    sums_in_one_order()
    results = run_results(
        inputs.config.name,
        summary,
        inputs.rubric_sets,
        tables,
        settings,
        found,
        inputs.config.file.production_mix,
        today=today_of(inputs),
        certify=inputs.config.file.choose.certify or "",
    )
    slices = tuple(sliced(inputs.dataset, table) for table in tables)
    read = with_steps(inputs.loaded.intake, inputs.loaded.path)
    results = replace(results, slices=slices, report=Origin(read))
    results = with_production(results, tables, inputs)
    if inputs.config.file.report.categories:
        from ticketbench.flow.categories import of_run

        results = replace(results, categories=of_run(inputs, tables))
    if not inputs.config.file.trained_baselines:
        return results
    from ticketbench.flow.steps.trained_classifiers import trained_classifiers

    baselines, missing = trained_classifiers(inputs, tables, settings)
    return replace(results, trained=baselines, trained_missing=missing)

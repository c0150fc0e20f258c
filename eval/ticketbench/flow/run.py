"""The main job: replay, evaluate, compare, choose thresholds, write the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

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
from ticketbench.flow.report.files import manifest_of, write_run
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
from ticketbench.flow.steps.inputs import Inputs, read_inputs
from ticketbench.flow.steps.production import with_production
from ticketbench.flow.steps.settings import blessed_findings, settings_of, today_of
from ticketbench.flow.steps.slicing import sliced
from ticketbench.flow.steps.sources.batches import NO_WISHES, BatchWishes
from ticketbench.flow.steps.sources.budget import budget_of
from ticketbench.flow.texts import texts_notes
from ticketbench.measure.results import Origin, RunResults, run_results, summarise_dataset

if TYPE_CHECKING:
    from ticketbench.edge.replay.every_ticket import Replayed
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.replay.together import ProgressOf


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The results, where they were written, and where each set's answers came from, in words.

    `asked` counts the answers that this run asked for and got, `refused_before` the questions among
    those sent that had been refused before; `notes` say what to know about the texts in the report.
    """

    results: RunResults
    out: Path
    sources: tuple[str, ...] = ()
    asked: int = 0
    refused_before: int = 0
    notes: tuple[Finding, ...] = ()


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
) -> RunOutcome:
    """Replay every rubric set of `config`, measure, compare with the first, write the report.

    The report goes to `out`, by default reports/<config name>; one run at a time. `tell` hears
    which key goes where before anything is sent, and what becomes of `batches`. Raises
    IncompleteError when more than `allow_failures` answers failed, over all rubric sets: before
    anything is written when strict replay misses answers (InputError where the recording is not
    there, either) or a limit (`most_requests` sent, `most_cost` spent, a batch not finished in
    time) stopped the asking, after the report is written otherwise.
    """
    started = datetime.now(UTC)
    clock = time.monotonic()
    inputs = read_inputs(config, overrides=overrides)
    target = out or Path("reports") / inputs.config.name
    budget = budget_of(inputs, most_requests, most_cost)
    manifest = manifest_of(command, mode, started) | made_from(config, overrides)
    own = kept_if_filled(target.parent) if out is None else nullcontext()
    with own, reserved(target, manifest):
        answered = answered_sets(
            inputs, mode=mode, budget=budget, progress=progress, tell=tell, wishes=batches
        )
        tables = answered.tables
        if mode == "replay":
            refuse_misses(tables, allow_failures, inputs)
        refuse_stopped(tables, allow_failures, [one.stopped for one in answered.replayed])
        refuse_unreachable(tables, inputs)
        ordered = [table.in_order_of_ids() for table in tables]
        measured = _measured(inputs, ordered, _findings(inputs, answered))
        results = with_leaderboard(measured, inputs, answered.efforts)
        # `requests` counts those that were sent again, too.
        manifest |= {"status": "finished", **answered.in_numbers, "requests": budget.requests}
        manifest["seconds"] = round(time.monotonic() - clock, 3)
        write_run(target, results, inputs, ordered, manifest)
    refuse_failures(tables, allow_failures, target, inputs)
    return RunOutcome(
        results,
        target,
        answered.sources,
        asked=answered.asked,
        refused_before=answered.refused_before,
        notes=texts_notes(inputs.config),
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

"""The main job: replay, evaluate, compare, choose thresholds, write the report."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketbench import __version__
from ticketbench.core.errors import IncompleteError, Problem
from ticketbench.core.types import ScoreTable
from ticketbench.edge.store import report_files
from ticketbench.flow.inputs import Inputs, answer_source, read_inputs
from ticketbench.flow.production import estimated_production
from ticketbench.flow.slicing import sliced
from ticketbench.measure.evaluate import Settings
from ticketbench.measure.results import RunResults, run_results, summarise_dataset
from ticketbench.report.numbers import count

if TYPE_CHECKING:
    from ticketbench.edge.replay import Mode, Plan, Progress, Replayed

SEED = 0

ProgressOf = Callable[[str], "Progress | None"]
"""From a rubric set's name to a progress callback."""


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The results, where they were written, and where each set's answers came from, in words."""

    results: RunResults
    out: Path
    sources: tuple[str, ...] = ()


def run(
    config: Path,
    *,
    mode: Mode = "auto",
    out: Path | None = None,
    overrides: Sequence[str] = (),
    allow_failures: int = 0,
    progress: ProgressOf | None = None,
    command: str = "",
) -> RunOutcome:
    """Replay every rubric set of `config`, measure, compare with the first, write the report.

    The report goes to `out`, by default reports/<config name>. Raises IncompleteError when more
    than `allow_failures` answers failed, over all rubric sets: before anything is written when
    strict replay misses answers, after the report is written otherwise.
    """
    started = datetime.now(UTC)
    clock = time.monotonic()
    inputs = read_inputs(config, overrides=overrides)
    target = out or Path("reports") / inputs.config.name
    report_files(target)  # refuses before anything is asked
    replayed = _replay_all(inputs, mode, progress)
    if mode == "replay":
        _refuse_misses(replayed, allow_failures, config)
    tables = [one.table for one in replayed]
    results = _measured(inputs, tables)
    manifest = _manifest(command, mode, started, replayed)
    manifest["seconds"] = round(time.monotonic() - clock, 3)
    write_run(target, results, inputs, tables, manifest)
    _refuse_failures(tables, allow_failures, target)
    return RunOutcome(results, target, _sources(replayed))


def plan_run(
    config: Path, *, mode: Mode = "auto", overrides: Sequence[str] = ()
) -> dict[str, Plan]:
    """What a run would ask, per rubric set; nothing is sent or written."""
    from ticketbench.edge.replay import plan

    inputs = read_inputs(config, overrides=overrides)
    with answer_source(inputs, mode=mode) as source:
        return {
            rubrics.name: plan(inputs.dataset, rubrics, source) for rubrics in inputs.rubric_sets
        }


def settings_of(inputs: Inputs) -> Settings:
    """How the config wants its answers measured."""
    file = inputs.config.file
    return Settings(
        policy=inputs.config.policy,
        costs=inputs.config.costs,
        min_precision=file.choose.min_precision,
        confidence=file.choose.confidence,
        most_reviewed=file.choose.largest_review_share,
        near_tie=file.policy.near_tie,
        seed=SEED,
    )


def _replay_all(inputs: Inputs, mode: Mode, progress: ProgressOf | None) -> list[Replayed]:
    from ticketbench.edge.replay import replay

    with answer_source(inputs, mode=mode) as source:
        return [
            replay(
                inputs.dataset,
                rubrics,
                source,
                progress=progress(rubrics.name) if progress else None,
            )
            for rubrics in inputs.rubric_sets
        ]


def _measured(inputs: Inputs, tables: Sequence[ScoreTable]) -> RunResults:
    from threadpoolctl import threadpool_limits

    settings = settings_of(inputs)
    tables = [table.in_order_of_ids() for table in tables]
    summary = summarise_dataset(inputs.dataset, inputs.grouped_by)
    # Several BLAS threads add up in another order: the last bit would depend on their number. For
    # the whole process, since a limit that ends here would end that of the minilm engine too.
    threadpool_limits(1, "blas")
    results = run_results(
        inputs.config.name,
        summary,
        inputs.rubric_sets,
        tables,
        settings,
        inputs.findings,
        inputs.config.file.production_mix,
    )
    slices = tuple(sliced(inputs.dataset, table) for table in tables)
    results = replace(results, slices=slices)
    log = inputs.config.production_log_path
    if log is not None and not results.production:
        production = estimated_production(tables, settings.policy, log, seed=SEED)
        results = replace(results, production=production)
    if not inputs.config.file.trained_baselines:
        return results
    from ticketbench.flow.trained import trained_baselines

    baselines, missing = trained_baselines(inputs, tables, settings)
    return replace(results, baselines=baselines, baseline_missing=missing)


def _sources(replayed: Sequence[Replayed]) -> tuple[str, ...]:
    """Such as "v2: 400 recorded, 8 asked"."""
    found = []
    for one in replayed:
        counts = {"recorded": one.recorded, "cached": one.cached, "asked": one.sent}
        parts = [f"{n} {how}" for how, n in counts.items() if n] or ["none"]
        found.append(f"{one.table.provenance.rubric_set}: {', '.join(parts)}")
    return tuple(found)


def _refuse_misses(replayed: Sequence[Replayed], allowed: int, config: Path) -> None:
    """Strict replay: name the rubric sets and the first tickets whose answers are missing."""
    if sum(one.table.n_failed for one in replayed) <= allowed:
        return
    problems = []
    for one in replayed:
        failures = one.table.failures
        if failures:
            name = one.table.provenance.rubric_set
            first = ", ".join(failure.ticket_id for failure in failures[:3])
            more = " ..." if len(failures) > 3 else ""
            are = "answer is" if len(failures) == 1 else "answers are"
            what = f"{len(failures)} {are} missing for rubric set {name!r} (tickets {first}{more})"
            problems.append(Problem(what, "", f"ask for them: ticketbench run {config}"))
    raise IncompleteError.of(problems)


def _refuse_failures(tables: Sequence[ScoreTable], allowed: int, out: Path) -> None:
    """Failed answers are counted over all rubric sets, as --allow-failures counts them."""
    failures = [failure for table in tables for failure in table.failures]
    if len(failures) <= allowed:
        return
    n_tickets = len({failure.ticket_id for failure in failures})
    first = failures[0]
    raise IncompleteError(
        f"{count(len(failures), 'answer')} of {count(n_tickets, 'ticket')} failed, "
        f"{allowed} are allowed; the first: {first.ticket_id} ({first.kind}, {first.detail})",
        where=str(out),
        help="run again to ask only for these, or accept them: --allow-failures N",
    )


def _manifest(
    command: str, mode: Mode, started: datetime, replayed: Sequence[Replayed]
) -> dict[str, Any]:
    """What may differ between two runs that give the same results."""
    return {
        "tool": {"name": "ticketbench", "version": __version__},
        "command": command,
        "mode": mode,
        "started": started.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.system(),
        "seed": SEED,
        "answers": {
            one.table.provenance.rubric_set: {
                "recorded": one.recorded,
                "cached": one.cached,
                "sent": one.sent,
            }
            for one in replayed
        },
    }


def write_run(
    out: Path,
    results: RunResults,
    inputs: Inputs,
    tables: Sequence[ScoreTable],
    manifest: dict[str, Any],
) -> None:
    """Write the report folder: pages, results.json, predictions.csv, figures, manifest."""
    from ticketbench.edge.score_tables import predictions_csv
    from ticketbench.edge.store import envelope, write_folder
    from ticketbench.flow.pages import pages

    shown = inputs.config.file.report
    texts = {t.id: t.text for t in inputs.dataset.tickets} if shown.texts else {}
    predictions = predictions_csv(tables, inputs.dataset, inputs.config.policy)
    files = {
        **pages(results, texts, figures=shown.figures, seed=SEED),
        "results.json": envelope("run", results),
        "predictions.csv": predictions.encode("utf-8"),
    }
    write_folder(out, files, manifest)

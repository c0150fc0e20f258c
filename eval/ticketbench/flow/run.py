"""The main job: replay, evaluate, compare, choose thresholds, write the report."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ticketbench.core.errors import EndpointError, InputError
from ticketbench.core.types import Finding, ScoreTable
from ticketbench.core.version import __version__
from ticketbench.edge.asking.pacing import Budget
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.files.gitignore import kept_if_filled
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.edge.replay.drift import Drift
from ticketbench.edge.results.run_folder import reserved
from ticketbench.flow.answers.origin import (
    OfSet,
    models_by_set,
    origin_findings,
    origin_of,
)
from ticketbench.flow.endpoints.leaderboard import efforts_of, with_leaderboard
from ticketbench.flow.import_notes import ceiling, with_steps
from ticketbench.flow.report_folder import made_from
from ticketbench.flow.steps.completeness import (
    drift_finding,
    refresh_finding,
    refuse_failures,
    refuse_misses,
    refuse_stopped,
    refuse_unreachable,
    version_finding,
)
from ticketbench.flow.steps.inputs import (
    Inputs,
    answer_source,
    price_of,
    read_inputs,
    refresh_name,
)
from ticketbench.flow.steps.production import with_production
from ticketbench.flow.steps.settings import SEED, blessed_findings, settings_of, today_of
from ticketbench.flow.steps.slicing import sliced
from ticketbench.flow.steps.tables import ProgressOf
from ticketbench.flow.texts import texts_notes, texts_of
from ticketbench.measure.endpoints.effort import Effort
from ticketbench.measure.results import Origin, RunResults, run_results, summarise_dataset

if TYPE_CHECKING:
    from ticketbench.edge.replay.every_ticket import Replayed
    from ticketbench.edge.replay.source import Mode, Sources


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The results, where they were written, and where each set's answers came from, in words.

    `asked` counts the answers that this run asked for and got; `notes` say what to know about the
    texts in the report.
    """

    results: RunResults
    out: Path
    sources: tuple[str, ...] = ()
    asked: int = 0
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
) -> RunOutcome:
    """Replay every rubric set of `config`, measure, compare with the first, write the report.

    The report goes to `out`, by default reports/<config name>; one run at a time. `tell` hears
    which key goes where before anything is sent. Raises IncompleteError when more than
    `allow_failures` answers failed, over all rubric sets: before anything is written when strict
    replay misses answers (InputError where the recording is not there, either) or a limit
    (`most_requests` sent, `most_cost` spent) stopped the asking, after the report is written
    otherwise.
    """
    started = datetime.now(UTC)
    clock = time.monotonic()
    inputs = read_inputs(config, overrides=overrides)
    target = out or Path("reports") / inputs.config.name
    budget = _budget(inputs, most_requests, most_cost)
    manifest = _manifest(command, mode, started) | made_from(config, overrides)
    own = kept_if_filled(target.parent) if out is None else nullcontext()
    with own, reserved(target, manifest):
        answered = _replay_all(inputs, mode, budget, progress, tell)
        replayed = answered.replayed
        tables = [one.table for one in replayed]
        if mode == "replay":
            refuse_misses(tables, allow_failures, inputs)
        refuse_stopped(tables, allow_failures, [one.stopped for one in replayed])
        refuse_unreachable(tables, inputs)
        measured = _measured(inputs, tables, _findings(inputs, answered))
        results = with_leaderboard(measured, inputs, answered.efforts)
        manifest |= _sources_in_numbers(answered, budget)
        manifest["seconds"] = round(time.monotonic() - clock, 3)
        write_run(target, results, inputs, tables, manifest)
    sets = inputs.config.file.sets
    most_refused = {name: one.endpoint.settings.max_refused for name, one in sets.items()}
    refuse_failures(tables, allow_failures, target, most_refused=most_refused)
    return RunOutcome(
        results,
        target,
        _sources(replayed),
        asked=sum(map(_asked, replayed)),
        notes=texts_notes(inputs.config),
    )


def _budget(inputs: Inputs, most_requests: int | None, most_cost: float | None) -> Budget:
    if most_cost is not None and not math.isfinite(most_cost):
        raise InputError(f"--max-cost takes a number, got {most_cost}")
    unpriced = [one for one in inputs.endpoints if _is_unpriced(one)]
    if most_cost is not None and unpriced:
        raise InputError(
            "--max-cost needs a price",
            where=str(inputs.config.path),
            help=f"write what a million tokens cost there: `{_priced(unpriced[0])}`",
        )
    return Budget(most_requests, most_cost)


def _is_unpriced(endpoint: NamedEndpoint) -> bool:
    """Whether nobody knows what a request costs; beside others, an engine in process is free."""
    free = bool(endpoint.name) and is_local(endpoint.settings.url)
    return price_of(endpoint) is None and not free


def _priced(endpoint: NamedEndpoint) -> str:
    if not endpoint.name:
        return "endpoint: {price_per_million_tokens: 0.5}"
    return f"endpoints: {{{endpoint.name}: {{price_per_million_tokens: 0.5}}}}"


@dataclass(frozen=True, slots=True)
class _Answered:
    """Every rubric set's replay, whether a refresh of these questions is still unfinished, and how
    the answers came.
    """

    replayed: list[Replayed]
    unfinished_refresh: bool
    origins: list[OfSet]
    efforts: dict[str, Effort]


def _replay_all(
    inputs: Inputs,
    mode: Mode,
    budget: Budget,
    progress: ProgressOf | None,
    tell: Callable[[str], None] | None,
) -> _Answered:
    name = refresh_name(inputs)
    with answer_source(inputs, mode=mode, budget=budget, tell=tell) as sources:
        cache = sources.cache
        if mode == "refresh":
            sources = sources.otherwise(refresh_since=cache.begin_refresh(name))
        replayed = _each_set(inputs, sources, progress)
        failures = [failure for one in replayed for failure in one.table.failures]
        if mode == "refresh" and all(failure.kind == "refused" for failure in failures):
            cache.end_refresh(name)
        unfinished = mode != "refresh" and cache.refresh_began(name) is not None
        efforts = efforts_of(inputs, sources)
        of_sets = (origin_of(inputs.dataset, one, sources.of(one)) for one in inputs.rubric_sets)
        origins = [one for one in of_sets if one is not None]
    return _Answered(replayed, unfinished, origins, efforts)


def _findings(inputs: Inputs, answered: _Answered) -> tuple[Finding, ...]:
    """What to know before any figure: which model answered comes before all else."""
    of_answers = list(origin_findings(answered.origins))
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


def _each_set(inputs: Inputs, sources: Sources, progress: ProgressOf | None) -> list[Replayed]:
    """The replay of every set. An endpoint that cannot be asked any further ends the run, but not
    before every other one was asked: what it answered is kept.
    """
    from ticketbench.edge.replay.every_ticket import replay

    replayed: list[Replayed] = []
    broken: dict[str, EndpointError] = {}
    for rubrics in inputs.rubric_sets:
        endpoint = inputs.endpoint_of(rubrics).name
        if endpoint in broken:
            continue
        told = progress(rubrics.name) if progress else None
        try:
            found = replay(inputs.dataset, rubrics, sources.of(rubrics), progress=told)
        except EndpointError as error:
            broken[endpoint] = error
        else:
            replayed.append(found)
    if broken:
        raise next(iter(broken.values()))
    return replayed


def _measured(
    inputs: Inputs, tables: Sequence[ScoreTable], found: tuple[Finding, ...]
) -> RunResults:
    from threadpoolctl import threadpool_limits

    settings = settings_of(inputs)
    tables = [table.in_order_of_ids() for table in tables]
    summary = summarise_dataset(inputs.dataset, inputs.grouped_by, inputs.untied)
    # Several BLAS threads add up in another order: the last bit would depend on their number. For
    # the whole process, since a limit that ends here would end that of the minilm engine too.
    threadpool_limits(1, "blas")
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


def _asked(one: Replayed) -> int:
    """Questions that were sent and answered; one that was not sent is no answer that failed."""
    failed = sum(failure.kind != "not_run" for failure in one.table.failures)
    return max(0, one.sent - failed)


def _sources(replayed: Sequence[Replayed]) -> tuple[str, ...]:
    """Such as "v2: 400 recorded, 8 asked"."""
    found = []
    for one in replayed:
        counts = {"recorded": one.recorded, "cached": one.cached, "asked": one.sent}
        parts = [f"{n} {how}" for how, n in counts.items() if n] or ["none"]
        found.append(f"{one.table.provenance.rubric_set}: {', '.join(parts)}")
    return tuple(found)


def _manifest(command: str, mode: Mode, started: datetime) -> dict[str, Any]:
    """What may differ between two runs that give the same results."""
    return {
        "tool": {"name": "ticketbench", "version": __version__},
        "command": command,
        "mode": mode,
        "started": started.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.system(),
        "seed": SEED,
    }


def _sources_in_numbers(answered: _Answered, budget: Budget) -> dict[str, Any]:
    """Where the answers came from; `requests` counts those that were sent again, too."""
    changed = sum((one.drift for one in answered.replayed), Drift())
    models = models_by_set(answered.origins)
    return {
        "status": "finished",
        "answers": {
            one.table.provenance.rubric_set: {
                "recorded": one.recorded,
                "cached": one.cached,
                "sent": one.sent,
                "damaged": one.damaged,
            }
            for one in answered.replayed
        },
        "requests": budget.requests,
        "asked_again": asdict(changed),
        **({"models": models} if models else {}),
    }


def write_run(
    out: Path,
    results: RunResults,
    inputs: Inputs,
    tables: Sequence[ScoreTable],
    manifest: dict[str, Any],
) -> None:
    """Write the report folder: pages, results.json, predictions.csv, figures, manifest; where sets
    are compared also changed.csv.
    """
    from ticketbench.edge.results.predictions import predictions_csv
    from ticketbench.edge.results.store import envelope, write_folder
    from ticketbench.flow.steps.changed_tickets import changed_csv
    from ticketbench.flow.steps.pages import pages
    from ticketbench.report.words.verdict import CHANGED_LIST

    shown = inputs.config.file.report
    texts = texts_of(inputs)
    predictions = predictions_csv(tables, inputs.dataset, inputs.config.policy, cells=shown.csv)
    files = {
        **pages(
            results,
            texts,
            tables=[table.in_order_of_ids() for table in tables],
            gold={ticket.id: ticket.label for ticket in inputs.dataset.tickets},
            figures=shown.figures,
            seed=SEED,
        ),
        "results.json": envelope("run", results),
        "predictions.csv": predictions.encode("utf-8"),
    }
    if results.comparisons:
        changed = changed_csv(results.comparisons, texts.texts, cells=shown.csv)
        files[CHANGED_LIST] = changed.encode("utf-8")
    write_folder(out, files, manifest)

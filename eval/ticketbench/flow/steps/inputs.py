"""From a config to checked inputs: tickets, rubric sets, settings, and where answers come from."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError, Problem, TicketbenchError
from ticketbench.core.registry import suggestion
from ticketbench.core.types import Dataset, Finding, Rubric, RubricSet, fingerprint
from ticketbench.edge.answers.recording import Recording
from ticketbench.edge.inputs.config import Config, read_config
from ticketbench.edge.inputs.dataset import LoadedDataset, load_dataset
from ticketbench.edge.inputs.dataset_findings import dataset_findings
from ticketbench.edge.inputs.rubric_files import read_rubrics, rubric_findings
from ticketbench.flow.steps.grouping import grouped

if TYPE_CHECKING:
    from ticketbench.edge.asking.pacing import Budget, Price
    from ticketbench.edge.replay.source import Mode, Source


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a run needs, read and checked; nothing has been sent.

    `recording` is read when an answer is looked for.
    """

    config: Config
    loaded: LoadedDataset
    rubric_sets: tuple[RubricSet, ...]
    recording: Recording
    grouped_by: str
    findings: tuple[Finding, ...]

    @property
    def dataset(self) -> Dataset:
        """The labelled tickets."""
        return self.loaded.dataset


def read_inputs(path: Path, *, overrides: Sequence[str] = ()) -> Inputs:
    """Read config, rubric files and dataset; raises InputError with every problem located."""
    config = read_config(path, overrides=overrides, environment=os.environ)
    _refuse_missing_files(config)
    rubric_sets = tuple(read_rubrics(path, name) for name, path in config.rubric_paths.items())
    known = dict.fromkeys(label for rubrics in rubric_sets for label in rubrics.labels)
    _refuse_unknown_labels(config, known)
    loaded = load_dataset(config.dataset_path, config.file.dataset.columns, known_labels=known)
    if config.file.gates:
        from ticketbench.flow.steps.gate_checks import refuse_bad_gates

        refuse_bad_gates(config, rubric_sets, loaded.dataset)
    findings = [f for rubrics in rubric_sets for f in rubric_findings(rubrics)]
    with_groups = grouped(loaded, config.file.dataset.columns)
    findings = [*dataset_findings(loaded), *with_groups.findings, *findings]
    return Inputs(
        config=config,
        loaded=with_groups.loaded,
        rubric_sets=rubric_sets,
        recording=Recording(config.recording_path),
        grouped_by=with_groups.grouped_by,
        findings=tuple(findings),
    )


def _refuse_unknown_labels(config: Config, known: Collection[str]) -> None:
    """A threshold or a share for a label that no rubric set has would silently do nothing."""
    file = config.file
    places: list[tuple[str, ...]] = [
        ("policy", "label_thresholds", label) for label in file.policy.label_thresholds
    ]
    places += [("production_mix", label) for label in file.production_mix]
    unknown = [
        Problem(
            f"no rubric set has the label {place[-1]!r}",
            config.document.where(place),
            suggestion(place[-1], known),
        )
        for place in places
        if place[-1] not in known
    ]
    if unknown:
        raise InputError.of(unknown)


def _refuse_missing_files(config: Config) -> None:
    named: dict[tuple[str, ...], Path] = {("dataset", "path"): config.dataset_path}
    named |= {("rubric_sets", name): path for name, path in config.rubric_paths.items()}
    missing = [
        Problem(f"no such file: {path}", config.document.where(location), "check the path")
        for location, path in named.items()
        if not path.is_file()
    ]
    if missing:
        raise InputError.of(missing)


@contextmanager
def answer_source(
    inputs: Inputs,
    *,
    mode: Mode = "auto",
    budget: Budget | None = None,
    reads_only: bool = False,
) -> Iterator[Source]:
    """Recording, cache and endpoint of a config, ready to replay; strict replay has no endpoint.

    With `reads_only` nothing will be stored, so the cache need not be writable or free.
    """
    from ticketbench.edge.answers.cache import AnswerCache
    from ticketbench.edge.answers.memo import Memo
    from ticketbench.edge.asking.one_question import Retry
    from ticketbench.edge.asking.pacing import Budget
    from ticketbench.edge.endpoints import Connection, connect, is_local
    from ticketbench.edge.replay.source import Source, full_url
    from ticketbench.edge.secret import read_key

    config, settings = inputs.config, inputs.config.file.endpoint
    key = None if is_local(settings.url) else read_key(settings.key_env, os.environ)
    connection = Connection(key, settings.timeout_s, settings.concurrency, config.ca_path)
    endpoint = None if mode == "replay" else connect(settings.url, connection)
    with AnswerCache(config.cache_path, endpoint, reads_only=reads_only) as cache:
        began = cache.refresh_goes_on(refresh_name(inputs))
        yield Source(
            url=full_url(settings.url),
            cache=cache,
            recording=inputs.recording,
            mode=mode,
            concurrency=settings.concurrency,
            per_second=settings.per_second,
            retry=Retry(),
            budget=budget or Budget(),
            refresh_since=began or datetime.now(UTC),
            absent=inputs.recording.absent,
            noted_rubrics=lambda: noted_rubrics(inputs),
            memo=Memo.beside(cache.path, inputs.recording.digest),
        )


def noted_rubrics(inputs: Inputs) -> Iterator[RubricSet]:
    """Rubric sets that stored answers may be of: those of the config, of its baseline and of its
    last report, as far as they can be read.
    """
    from ticketbench.edge.results.baseline_file import read_baseline

    yield from inputs.rubric_sets
    path = inputs.config.baseline_path
    with suppress(TicketbenchError):
        if path is not None and path.exists():
            yield read_baseline(path).rubric_texts
    report = Path("reports") / inputs.config.name / "results.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        for one in json.loads(report.read_bytes())["data"]["rubric_sets"]:
            rubrics = tuple(Rubric(str(r["label"]), str(r["text"])) for r in one["rubrics"])
            yield RubricSet("reported", rubrics)


def refresh_name(inputs: Inputs) -> str:
    """What a refresh is about: with the same tickets, rubrics and endpoint it goes on."""
    sets = (rubrics.fingerprint for rubrics in inputs.rubric_sets)
    return fingerprint((inputs.config.file.endpoint.url, inputs.dataset.fingerprint, *sets))


def price_of(inputs: Inputs) -> Price | None:
    """What the config says a request costs; None where it names no price."""
    from ticketbench.edge.asking.pacing import Price

    settings = inputs.config.file.endpoint
    if settings.price_per_million_tokens is None:
        return None
    return Price(settings.price_per_million_tokens, settings.characters_per_token)

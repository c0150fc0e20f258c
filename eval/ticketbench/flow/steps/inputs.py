"""From a config to checked inputs: tickets, rubric sets, settings, and where answers come from."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import EndpointError, InputError, Problem, TicketbenchError
from ticketbench.core.quotes import quoted, without_controls
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL, RubricSet, fingerprint
from ticketbench.core.types import Dataset, Finding
from ticketbench.edge.answers.recording import Recording
from ticketbench.edge.files.reading import is_stream, kind_of
from ticketbench.edge.imports.advice import refuse_export
from ticketbench.edge.inputs.config import Config, read_config
from ticketbench.edge.inputs.dataset import Columns, LoadedDataset, load_dataset
from ticketbench.edge.inputs.dataset_findings import dataset_findings
from ticketbench.edge.inputs.documents import Location
from ticketbench.edge.inputs.python_literal import file_of
from ticketbench.edge.inputs.rubric_files import read_rubrics, rubric_findings
from ticketbench.edge.tables.reading import file_and_sheet
from ticketbench.flow.steps.grouping import grouped

if TYPE_CHECKING:
    from ticketbench.edge.asking.pacing import Budget, Price
    from ticketbench.edge.endpoints import Connection
    from ticketbench.edge.key_hosts.bindings import Grant
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
    untied: int = 0

    @property
    def dataset(self) -> Dataset:
        """The labelled tickets."""
        return self.loaded.dataset


def read_inputs(path: Path, *, overrides: Sequence[str] = ()) -> Inputs:
    """Read config, rubric files and dataset; raises InputError with every problem located."""
    refuse_export(path)
    return inputs_of(read_config(path, overrides=overrides, environment=os.environ))


def inputs_of(config: Config) -> Inputs:
    """What a config names, read and checked; raises InputError with every problem located."""
    _refuse_missing_files(config)
    rubric_sets = tuple(read_rubrics(path, name) for name, path in config.rubric_paths.items())
    known = dict.fromkeys(label for rubrics in rubric_sets for label in rubrics.labels)
    _refuse_unknown_labels(config, known)
    columns = config.file.dataset.columns
    refuse_export(config.dataset_path, unless=_told_columns(columns), named=columns.named)
    loaded = load_dataset(config.dataset_path, config.reading, known_labels=known)
    if config.file.gates:
        from ticketbench.flow.steps.gate_checks import refuse_bad_gates

        refuse_bad_gates(config, rubric_sets, loaded.dataset)
    findings = [f for rubrics in rubric_sets for f in rubric_findings(rubrics)]
    with_groups = grouped(loaded, columns)
    findings = [*dataset_findings(loaded), *with_groups.findings, *findings]
    return Inputs(
        config=config,
        loaded=with_groups.loaded,
        rubric_sets=rubric_sets,
        recording=Recording(config.recording_path),
        grouped_by=with_groups.grouped_by,
        findings=tuple(findings),
        untied=with_groups.untied,
    )


def _told_columns(columns: Columns) -> tuple[str, ...]:
    """The columns that a table has if it is no export; an id where somebody said which, or where
    nothing was said at all.
    """
    told = columns.model_fields_set
    return (*((columns.id,) if "id" in told or not told else ()), *columns.texts, columns.label)


def _refuse_unknown_labels(config: Config, known: Collection[str]) -> None:
    """A threshold or a share for a label that no rubric set has would silently do nothing."""
    file = config.file
    places: list[tuple[str, ...]] = [
        ("policy", "label_thresholds", label) for label in file.policy.label_thresholds
    ]
    places += [("production_mix", label) for label in file.production_mix if label != NONE_LABEL]
    unknown = [
        Problem(
            f"no rubric set has the label {quoted(place[-1])}",
            config.document.where(place),
            suggestion(place[-1], known),
        )
        for place in places
        if place[-1] not in known
    ]
    if unknown:
        raise InputError.of(unknown)


def _refuse_missing_files(config: Config) -> None:
    """What must be there and is not, and what is there and no file, at its place in the config."""
    dataset, labels = file_and_sheet(config.dataset_path)[0], config.labels_path
    needed: dict[Location, Path | None] = {("dataset", "path"): dataset}
    needed |= {("rubric_sets", name): file_of(path) for name, path in config.rubric_paths.items()}
    needed |= {("report", "mask_words", i): p for i, p in enumerate(config.mask_words_paths)}
    needed[("dataset", "labels", "from")] = labels and file_and_sheet(labels)[0]
    optional: dict[Location, Path | None] = {
        ("recording",): config.recording_path,
        ("baseline",): config.baseline_path,
        ("endpoint", "ca_file"): config.ca_path,
        ("production_log",): config.production_log_path,
    }
    wrong = []
    for location, path in (needed | optional).items():
        if path is None:
            continue
        kind = "standard input" if is_stream(path) else kind_of(path)
        if kind:
            what = f"{path} is {kind}, not a file"
            wrong.append(Problem(what, config.document.where(location), "name a regular file"))
        elif location in needed and not path.is_file():
            what, help_ = f"no such file: {without_controls(str(path))}", "check the path"
            if looks_like_windows(path):
                help_ = "write / instead of \\"
            wrong.append(Problem(what, config.document.where(location), help_))
    if wrong:
        raise InputError.of(wrong)


def looks_like_windows(path: Path) -> bool:
    """Whether a path holds a backslash, or what YAML makes of one in double quotes."""
    return any(c == "\\" or not c.isprintable() for c in str(path))


@contextmanager
def answer_source(
    inputs: Inputs,
    *,
    mode: Mode = "auto",
    budget: Budget | None = None,
    reads_only: bool = False,
    remembers: bool = True,
    tell: Callable[[str], None] | None = None,
) -> Iterator[Source]:
    """Recording, cache and endpoint of a config, ready to replay; strict replay has no endpoint.

    With `reads_only` nothing will be stored, so the cache need not be writable or free. Without
    `remembers` scores are those of the answers, and of no matrix that is kept beside them. `tell`
    hears which key goes where before anything is sent. Raises what `key_grant` raises.
    """
    from ticketbench.edge.answers.cache import AnswerCache
    from ticketbench.edge.answers.memo import Memo
    from ticketbench.edge.asking.one_question import Retry
    from ticketbench.edge.asking.pacing import Budget
    from ticketbench.edge.endpoints import connect
    from ticketbench.edge.replay.source import Source, full_url, usual_noise

    config, settings = inputs.config, inputs.config.file.endpoint
    endpoint = None
    if mode != "replay":
        grant = key_grant(config)
        endpoint = connect(settings.url, connection_of(config, grant))
        if tell and grant.words:
            tell(grant.words)
    with (
        _naming_the_key(settings.key_env),
        AnswerCache(config.cache_path, endpoint, reads_only=reads_only) as cache,
    ):
        began = cache.refresh_goes_on(refresh_name(inputs))
        yield Source(
            url=full_url(settings.url),
            cache=cache,
            recording=inputs.recording,
            mode=mode,
            concurrency=settings.concurrency,
            timeout_s=settings.timeout_s,
            per_second=settings.per_second,
            noise=usual_noise(settings.url) if settings.noise is None else settings.noise,
            retry=Retry(),
            budget=budget or Budget(),
            refresh_since=began or datetime.now(UTC),
            absent=inputs.recording.absent,
            noted_rubrics=lambda: noted_rubrics(inputs),
            memo=Memo.beside(cache.path, inputs.recording.digest) if remembers else None,
        )


def noted_rubrics(inputs: Inputs) -> Iterator[RubricSet]:
    """Rubric sets that stored answers may be of: those of the config, of its baseline and of its
    last report, as far as they can be read.
    """
    from ticketbench.edge.results.baseline_file import read_baseline
    from ticketbench.edge.results.store import reported_rubrics

    yield from inputs.rubric_sets
    path = inputs.config.baseline_path
    with suppress(TicketbenchError):
        if path is not None and path.exists():
            yield read_baseline(path).rubric_texts
    yield from reported_rubrics(Path("reports") / inputs.config.name / "results.json")


@contextmanager
def _naming_the_key(variable: str) -> Iterator[None]:
    """An endpoint that refuses the key is told apart from one that got none."""
    from ticketbench.edge.asking.one_question import KeyRefused

    try:
        yield
    except KeyRefused as error:
        where = error.problems[0].where
        if os.environ.get(variable, "").strip():
            help_ = f"check the key in {variable}, which endpoint.key_env names; nothing was lost"
            raise EndpointError(str(error), where=where, help=help_) from None
        help_ = f"export {variable}=... and run again; nothing was lost"
        raise EndpointError(f"{variable} is not set: {error}", where=where, help=help_) from None


def key_grant(config: Config) -> Grant:
    """The key for the endpoint of a config, if this machine lets it go there; the one place where a
    key is read for sending.

    Raises InputError, at its line, for a key that the config names and that is bound to other hosts
    or none, or is no usable key.
    """
    from ticketbench.edge.key_hosts.bindings import granted

    settings = config.file.endpoint
    return granted(
        settings.url,
        settings.key_env,
        named="key_env" in settings.model_fields_set,
        environment=os.environ,
        where=config.document.where(("endpoint", "key_env")),
    )


def connection_of(config: Config, grant: Grant) -> Connection:
    """How to connect to the endpoint of a config, with the key that was granted."""
    from ticketbench.edge.endpoints import Connection

    settings = config.file.endpoint
    return Connection(
        grant.key, settings.timeout_s, config.ca_path, settings.proxy, settings.key_header or ""
    )


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

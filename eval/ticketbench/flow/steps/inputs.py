"""From a config to checked inputs: tickets, rubric sets, settings, and where answers come from."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import EndpointError, InputError, Problem, TicketbenchError
from ticketbench.core.keys.host import has_shape
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
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.edge.inputs.python_literal import file_of
from ticketbench.edge.inputs.rubric_files import read_rubrics, rubric_findings
from ticketbench.edge.tables.reading import file_and_sheet
from ticketbench.flow.steps.grouping import grouped

if TYPE_CHECKING:
    from ticketbench.edge.asking.pacing import Budget, Price
    from ticketbench.edge.endpoints import Connection, Endpoint
    from ticketbench.edge.key_hosts.bindings import Grant
    from ticketbench.edge.replay.source import Mode, Sources


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
    def endpoints(self) -> tuple[NamedEndpoint, ...]:
        """Who is asked, in the order of the config."""
        return self.config.file.named_endpoints

    def endpoint_of(self, rubrics: RubricSet) -> NamedEndpoint:
        """Who is asked for a set of the config."""
        return self.config.endpoint_of(rubrics.name)

    def url_of(self, rubrics: RubricSet) -> str:
        """The URL, as it is sent and stored, that is asked for a set of the config."""
        from ticketbench.edge.replay.source import full_url

        return full_url(self.endpoint_of(rubrics).settings.url)

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
    rubric_sets, findings = _rubric_sets(config)
    known = dict.fromkeys(label for rubrics in rubric_sets for label in rubrics.labels)
    _refuse_unknown_labels(config, known)
    columns = config.file.dataset.columns
    refuse_export(config.dataset_path, unless=_told_columns(columns), named=columns.named)
    loaded = load_dataset(config.dataset_path, config.reading, known_labels=known)
    if config.file.gates:
        from ticketbench.flow.steps.gate_checks import refuse_bad_gates

        refuse_bad_gates(config, rubric_sets, loaded.dataset)
    own = grouped(loaded, columns)
    findings = (*dataset_findings(loaded), *own.findings, *findings)
    recording = Recording(config.recording_path)
    return Inputs(config, own.loaded, rubric_sets, recording, own.grouped_by, findings, own.untied)


def inputs_on(config: Config, loaded: LoadedDataset) -> Inputs:
    """The rubric sets of a config on other tickets than its own, in the groups of their column.

    Raises InputError with every problem located; its own dataset need not be there.
    """
    _refuse_missing_files(config, but=("dataset",))
    rubric_sets, findings = _rubric_sets(config)
    return Inputs(config, loaded, rubric_sets, Recording(config.recording_path), "", findings)


def _rubric_sets(config: Config) -> tuple[tuple[RubricSet, ...], tuple[Finding, ...]]:
    """Every set of a config, and what to know about its rubrics."""
    _refuse_equal_endpoints(config)
    written = {name: read_rubrics(path, name) for name, path in config.rubric_paths.items()}
    rubric_sets = tuple(
        replace(written[one.rubric_set], name=name) for name, one in config.file.sets.items()
    )
    _refuse_labels_of_shapes(config, rubric_sets)
    findings = (f for rubrics in written.values() for f in rubric_findings(rubrics))
    return rubric_sets, tuple(findings)


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


def _refuse_equal_endpoints(config: Config) -> None:
    """Answers are kept by URL: two endpoints with one would have the same answers."""
    if len(config.file.named_endpoints) < 2:
        return
    from ticketbench.edge.replay.source import full_url

    seen: dict[str, str] = {}
    for one in config.file.named_endpoints:
        other = seen.setdefault(full_url(one.settings.url), one.name)
        if other != one.name:
            raise InputError(
                f"endpoints {quoted(other)} and {quoted(one.name)} have the same URL",
                where=config.document.where((*one.place, "url")),
                help="leave one out: answers are kept by URL, so both would have the same",
            )


def _refuse_labels_of_shapes(config: Config, rubric_sets: Sequence[RubricSet]) -> None:
    """Labels that an endpoint's shape cannot ask about, at the URL of that endpoint."""
    for rubrics in rubric_sets:
        endpoint = config.endpoint_of(rubrics.name)
        if not has_shape(endpoint.settings.url):
            continue
        from ticketbench.core.shapes.address import address

        pairs = [(rubric.label, rubric.text) for rubric in rubrics.rubrics]
        try:
            address(endpoint.settings.url).shape.refuse_labels(pairs)
        except InputError as error:
            raise error.located(config.document.where((*endpoint.place, "url"))) from None


def _refuse_missing_files(config: Config, *, but: Collection[str] = ()) -> None:
    """What must be there and is not, and what is there and no file, at its place in the config;
    `but` are sections that do not matter.
    """
    dataset, labels = file_and_sheet(config.dataset_path)[0], config.labels_path
    needed: dict[Location, Path | None] = {("dataset", "path"): dataset}
    needed |= {("rubric_sets", name): file_of(path) for name, path in config.rubric_paths.items()}
    needed |= {("report", "mask_words", i): p for i, p in enumerate(config.mask_words_paths)}
    needed[("dataset", "labels", "from")] = labels and file_and_sheet(labels)[0]
    optional: dict[Location, Path | None] = {
        ("recording",): config.recording_path,
        ("baseline",): config.baseline_path,
        ("production_log",): config.production_log_path,
    }
    for endpoint in config.file.named_endpoints:
        optional[(*endpoint.place, "ca_file")] = config.ca_path(endpoint)
    wrong = []
    for location, path in (needed | optional).items():
        if path is None or location[0] in but:
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
) -> Iterator[Sources]:
    """Recording, cache and endpoints of a config, ready to replay; strict replay has no endpoint.

    With `reads_only` nothing will be stored, so the cache need not be writable or free. Without
    `remembers` scores are those of the answers, and of no matrix that is kept beside them. `tell`
    hears which key goes where before anything is sent. Raises what `key_grant` raises.
    """
    from ticketbench.edge.answers.cache import AnswerCache
    from ticketbench.edge.answers.memo import Memo
    from ticketbench.edge.asking.pacing import Budget
    from ticketbench.edge.replay.source import Source, Sources, full_url

    asked = None if mode == "replay" else _connected(inputs, tell)
    whole = budget or Budget()
    with (
        _naming_the_key(inputs),
        AnswerCache(inputs.config.cache_path, asked, reads_only=reads_only) as cache,
    ):
        began = cache.refresh_goes_on(refresh_name(inputs))
        of_endpoint = {
            one.name: Source(
                url=full_url(one.settings.url),
                cache=cache,
                recording=inputs.recording,
                mode=mode,
                concurrency=one.settings.concurrency,
                timeout_s=one.settings.timeout_s,
                per_second=one.settings.per_second,
                noise=_noise(one),
                budget=_part(whole, one),
                refresh_since=began or datetime.now(UTC),
                absent=inputs.recording.absent,
                noted_rubrics=lambda: noted_rubrics(inputs),
                memo=Memo.beside(cache.path, inputs.recording.digest) if remembers else None,
            )
            for one in inputs.endpoints
        }
        sets = inputs.config.file.sets
        yield Sources(cache, {k: of_endpoint[one.endpoint.name] for k, one in sets.items()})


def _connected(inputs: Inputs, tell: Callable[[str], None] | None) -> Endpoint:
    """The endpoints of a config as one, each with its own key."""
    from ticketbench.edge.endpoints import connect
    from ticketbench.edge.endpoints.by_url import ByUrl
    from ticketbench.edge.replay.source import full_url

    found, told = {}, []
    for one in inputs.endpoints:
        grant = key_grant(inputs.config, one)
        connection = connection_of(inputs.config, one, grant)
        found[full_url(one.settings.url)] = connect(one.settings.url, connection)
        told.append(grant.words)
    for words in dict.fromkeys(filter(None, told)):
        if tell:
            tell(words)
    return ByUrl(found)


def _noise(endpoint: NamedEndpoint) -> float:
    """The largest difference of a score, asked again, that is no change there."""
    from ticketbench.edge.replay.source import usual_noise

    told = endpoint.settings.noise
    return usual_noise(endpoint.settings.url) if told is None else told


def _part(whole: Budget, endpoint: NamedEndpoint) -> Budget:
    """What of a run's budget one endpoint may take, at its own price."""
    from ticketbench.edge.asking.pacing import Budget

    limits = (f"{endpoint.written}.max_requests", f"{endpoint.written}.max_cost")
    settings = endpoint.settings
    return Budget(
        settings.max_requests, settings.max_cost, price_of(endpoint), within=whole, limits=limits
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
def _naming_the_key(inputs: Inputs) -> Iterator[None]:
    """An endpoint that refuses the key is told apart from one that got none."""
    from ticketbench.edge.asking.one_question import KeyRefused

    try:
        yield
    except KeyRefused as error:
        raise naming_the_key(error, inputs) from None


def naming_the_key(error: EndpointError, inputs: Inputs) -> EndpointError:
    """The error of an endpoint that refused the key, with the variable of the key that it wants."""
    from ticketbench.edge.redaction import shown_url
    from ticketbench.edge.replay.source import full_url

    where = error.problems[0].where
    refused = [e for e in inputs.endpoints if shown_url(full_url(e.settings.url)) == where]
    endpoint = (refused or inputs.endpoints)[0]
    variable = endpoint.settings.key_env
    if os.environ.get(variable, "").strip():
        named = f"{endpoint.written}.key_env"
        help_ = f"check the key in {variable}, which {named} names; nothing was lost"
        return EndpointError(str(error), where=where, help=help_)
    help_ = f"export {variable}=... and run again; nothing was lost"
    return EndpointError(f"{variable} is not set: {error}", where=where, help=help_)


def key_grant(config: Config, endpoint: NamedEndpoint) -> Grant:
    """The key for an endpoint of a config, if this machine lets it go there; the one place where a
    key is read for sending.

    Raises InputError, at its line, for a key that the config names and that is bound to other hosts
    or none, or is no usable key.
    """
    from ticketbench.edge.key_hosts.bindings import granted

    settings = endpoint.settings
    return granted(
        settings.url,
        settings.key_env,
        named="key_env" in settings.model_fields_set,
        environment=os.environ,
        where=config.document.where((*endpoint.place, "key_env")),
    )


def connection_of(config: Config, endpoint: NamedEndpoint, grant: Grant) -> Connection:
    """How to connect to an endpoint of a config, with the key that was granted."""
    from ticketbench.edge.endpoints import Connection

    settings = endpoint.settings
    return Connection(
        grant.key,
        settings.timeout_s,
        config.ca_path(endpoint),
        settings.proxy,
        settings.key_header or "",
    )


def refresh_name(inputs: Inputs) -> str:
    """What a refresh is about: with the same tickets, rubrics and endpoints it goes on."""
    sets = (rubrics.fingerprint for rubrics in inputs.rubric_sets)
    urls = (endpoint.settings.url for endpoint in inputs.endpoints)
    return fingerprint((*urls, inputs.dataset.fingerprint, *sets))


def price_of(endpoint: NamedEndpoint) -> Price | None:
    """What the config says a request costs there; None where it names no price."""
    from ticketbench.edge.asking.pacing import Price

    of_tokens, of_request = (
        endpoint.settings.price_per_million_tokens,
        endpoint.settings.price_per_request,
    )
    if of_tokens is None and of_request is None:
        return None
    return Price(of_tokens or 0.0, endpoint.settings.characters_per_token, of_request or 0.0)

"""From a config to checked inputs: tickets, rubric sets and settings that fit each other."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.keys.host import has_shape
from ticketbench.core.quotes import quoted, without_controls
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL, RubricSet
from ticketbench.core.types import Dataset, Finding
from ticketbench.edge.answers.recording import Recording
from ticketbench.edge.files.reading import A_FOLDER, is_stream, kind_of
from ticketbench.edge.imports.advice import refuse_export
from ticketbench.edge.inputs.config import Config, read_config
from ticketbench.edge.inputs.dataset import Columns, LoadedDataset, load_dataset
from ticketbench.edge.inputs.dataset_findings import dataset_findings
from ticketbench.edge.inputs.documents import Location
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.edge.inputs.python_literal import file_of
from ticketbench.edge.inputs.rubric_files import read_rubrics, rubric_findings
from ticketbench.edge.parts.files import Parts, parts_of
from ticketbench.edge.parts.pattern import in_parts
from ticketbench.edge.tables.reading import file_and_sheet
from ticketbench.flow.steps.grouping import grouped

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigInputs:
    """What a config asks for beside its tickets, read and checked; nothing has been sent.

    `recording` is read when an answer is looked for; `findings` are what to know of all of it.
    """

    config: Config
    rubric_sets: tuple[RubricSet, ...]
    recording: Recording
    findings: tuple[Finding, ...]

    @property
    def endpoints(self) -> tuple[NamedEndpoint, ...]:
        """Who is asked, in the order of the config."""
        return self.config.file.named_endpoints

    def endpoint_of(self, rubrics: RubricSet) -> NamedEndpoint:
        """Who is asked for a set of the config."""
        return self.config.endpoint_of(rubrics.name)

    def sets_at(self, endpoint: NamedEndpoint) -> tuple[RubricSet, ...]:
        """The sets of the config that an endpoint is asked for."""
        return tuple(one for one in self.rubric_sets if self.endpoint_of(one) == endpoint)

    def url_of(self, rubrics: RubricSet) -> str:
        """The URL, as it is sent and stored, that is asked for a set of the config."""
        from ticketbench.edge.replay.source import full_url

        return full_url(self.endpoint_of(rubrics).settings.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs(ConfigInputs):
    """The same with its tickets: everything a run needs."""

    loaded: LoadedDataset
    grouped_by: str
    untied: int = 0

    @property
    def dataset(self) -> Dataset:
        """The labelled tickets."""
        return self.loaded.dataset

    @property
    def fingerprint(self) -> str:
        """That of the tickets."""
        return self.loaded.dataset.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class PartInputs(ConfigInputs):
    """The same where the tickets lie in parts, which nobody has read yet."""

    parts: Parts

    def read(self, *, fingerprint: str) -> ReadParts:
        """The same with that of all tickets."""
        own = {one.name: getattr(self, one.name) for one in fields(PartInputs)}
        return ReadParts(**own, fingerprint=fingerprint)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadParts(PartInputs):
    """The same once every ticket was read."""

    fingerprint: str


def read_inputs(path: Path, *, overrides: Sequence[str] = (), search: bool = True) -> Inputs:
    """Read config, rubric files and dataset; raises InputError with every problem located.

    Near-duplicates are looked for where no group column is named, unless `search` is false.
    """
    refuse_export(path)
    config = read_config(path, overrides=overrides, environment=os.environ)
    return inputs_of(config, search=search)


def either_inputs(
    path: Path, *, overrides: Sequence[str] = (), search: bool = True
) -> Inputs | PartInputs:
    """What a config names, whether its tickets lie in one file or in parts.

    Raises what `inputs_of` and `part_inputs` do.
    """
    refuse_export(path)
    config = read_config(path, overrides=overrides, environment=os.environ)
    return (
        part_inputs(config) if in_parts(config.dataset_path) else inputs_of(config, search=search)
    )


def inputs_of(config: Config, *, search: bool = True) -> Inputs:
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
    own = grouped(loaded, columns, search=search)
    findings = (*dataset_findings(loaded), *own.findings, *findings)
    recording = Recording(config.recording_path)
    return Inputs(
        config=config,
        rubric_sets=rubric_sets,
        recording=recording,
        findings=findings,
        loaded=own.loaded,
        grouped_by=own.grouped_by,
        untied=own.untied,
    )


def inputs_on(config: Config, loaded: LoadedDataset) -> Inputs:
    """The rubric sets of a config on other tickets than its own, in the groups of their column.

    Raises InputError with every problem located; its own dataset need not be there.
    """
    _refuse_missing_files(config, but=("dataset",))
    rubric_sets, findings = _rubric_sets(config)
    return Inputs(
        config=config,
        rubric_sets=rubric_sets,
        recording=Recording(config.recording_path),
        findings=findings,
        loaded=loaded,
        grouped_by="",
    )


def part_inputs(config: Config) -> PartInputs:
    """What a config names whose dataset is a folder or a pattern of parts; no ticket is read.

    Raises InputError with every problem located: for what `parts_of` refuses, and for keys of the
    config that need all tickets at once.
    """
    _refuse_missing_files(config, but=("dataset",))
    rubric_sets, findings = _rubric_sets(config)
    known = dict.fromkeys(label for rubrics in rubric_sets for label in rubrics.labels)
    _refuse_unknown_labels(config, known)
    _refuse_whole(config)
    if config.file.gates:
        from ticketbench.flow.steps.gate_checks import refuse_gates_of_parts

        refuse_gates_of_parts(config, rubric_sets)
    try:
        parts = parts_of(config.dataset_path)
    except InputError as error:
        raise error.located(config.document.where(("dataset", "path"))) from None
    return PartInputs(
        config=config,
        rubric_sets=rubric_sets,
        recording=Recording(config.recording_path),
        findings=findings,
        parts=parts,
    )


def _refuse_whole(config: Config) -> None:
    """Raise InputError, at its place, for what cannot be told of tickets in parts."""
    file = config.file
    asked: dict[Location, bool] = {
        ("trained_baselines",): file.trained_baselines,
        ("baseline",): file.baseline is not None,
        ("production_log",): file.production_log is not None,
        ("production_mix",): bool(file.production_mix),
        ("report", "categories"): file.report.categories,
        ("choose", "costs", "missed_escalation"): file.choose.costs.missed_escalation is not None,
    }
    for endpoint in file.named_endpoints:
        asked[(*endpoint.place, "batch")] = endpoint.settings.batch == "always"
    refused = [
        Problem(
            f"{'.'.join(map(str, location))} needs all tickets at once, and they lie in parts",
            config.document.where(location),
            "leave it out, or put the tickets into one file",
        )
        for location, needed in asked.items()
        if needed
    ]
    if refused:
        raise InputError.of(refused)


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
        if location == ("dataset", "path") and in_parts(path):
            what = f"{path} holds tickets in parts, and here they are needed one by one"
            help_ = "run, gate, validate and cache take parts; for all else put them into one file"
            wrong.append(Problem(what, config.document.where(location), help_))
        elif kind == A_FOLDER and location == ("recording",):
            wrong += _wrong_parts(path, config.document.where(location))
        elif kind:
            what = f"{path} is {kind}, not a file"
            wrong.append(Problem(what, config.document.where(location), "name a regular file"))
        elif location in needed and not path.is_file():
            what, help_ = f"no such file: {without_controls(str(path))}", "check the path"
            if _looks_like_windows(path):
                help_ = "write / instead of \\"
            wrong.append(Problem(what, config.document.where(location), help_))
    if wrong:
        raise InputError.of(wrong)


def _wrong_parts(folder: Path, where: str) -> list[Problem]:
    """What is wrong with a folder as a recording, without reading its files."""
    try:
        Recording(folder).n_parts  # noqa: B018 - asked for its errors
    except InputError as error:
        return [Problem(one.what, where, one.help) for one in error.problems]
    return []


def _looks_like_windows(path: Path) -> bool:
    """Whether a path holds a backslash, or what YAML makes of one in double quotes."""
    return any(c == "\\" or not c.isprintable() for c in str(path))

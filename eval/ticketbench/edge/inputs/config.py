"""The evaluation config: one YAML file, strict, every path relative to the file.

Precedence: flag > TICKETBENCH_* variable > file > default.
"""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.files.links import let_links_stay_beside
from ticketbench.edge.inputs.config_file import ConfigFile
from ticketbench.edge.inputs.documents import Document, Location, read_document, value_of
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint, note_keys_in
from ticketbench.edge.inputs.python_literal import file_of
from ticketbench.edge.inputs.tickets.keys import Reading
from ticketbench.edge.inputs.validation import validated
from ticketbench.edge.redaction import note_keys_named_in, refuse_key
from ticketbench.edge.set_names import note_sets
from ticketbench.edge.tables.reading import file_and_sheet

VARIABLE_PREFIX = "TICKETBENCH_"


@dataclass(frozen=True, slots=True)
class Config:
    """A validated config with its paths resolved against the file's folder."""

    path: Path
    file: ConfigFile
    document: Document

    @property
    def name(self) -> str:
        """The file name without its suffix, `?` for what is no text: the name of the report."""
        return self.path.stem.encode("utf-8", "replace").decode("utf-8")

    @property
    def dataset_path(self) -> Path:
        """The labelled tickets."""
        return self._resolve(self.file.dataset.path)

    @property
    def labels_path(self) -> Path | None:
        """The table of `dataset.labels: {from: FILE}`, if that is what is written."""
        named = self.file.dataset.labels_file
        return self._resolve(named) if named else None

    @property
    def reading(self) -> Reading:
        """How the dataset is to be read."""

        def at(key: Location) -> str:
            return self.document.where(("dataset", *key))

        return Reading(self.file.dataset, self.labels_path, at)

    @property
    def rubric_paths(self) -> dict[str, Path]:
        """Rubric set name to file, or to `app.py::LABELS`, in the order of the config."""
        return {name: self._resolve(path) for name, path in self.file.rubric_sets.items()}

    def endpoint_of(self, name: str) -> NamedEndpoint:
        """The endpoint that is asked for the set called `name`; KeyError where there is none."""
        return self.file.sets[name].endpoint

    @property
    def cache_path(self) -> Path:
        """The requests-cache file."""
        return self._resolve(self.file.cache)

    @property
    def recording_path(self) -> Path | None:
        """The committed recording, if there is one."""
        return self._resolve(self.file.recording) if self.file.recording else None

    @property
    def baseline_path(self) -> Path | None:
        """The committed reference of the gates, if one is named."""
        return self._resolve(self.file.baseline) if self.file.baseline else None

    def ca_path(self, endpoint: NamedEndpoint) -> Path | None:
        """Certificate authorities to trust at `endpoint` instead of the usual ones, if any."""
        ca_file = endpoint.settings.ca_file
        return self._resolve(ca_file) if ca_file else None

    @property
    def production_log_path(self) -> Path | None:
        """Predictions for unlabelled production tickets, if there are any."""
        return self._resolve(self.file.production_log) if self.file.production_log else None

    @property
    def mask_words_paths(self) -> tuple[Path, ...]:
        """Files of words that are masked in texts."""
        return tuple(self._resolve(path) for path in self.file.report.mask_words)

    @property
    def texts_of_before(self) -> bool | None:
        """`report.texts` where it is written true or false, as release 0.1 wanted it."""
        report = self.document.data.get("report")
        given = report.get("texts") if isinstance(report, dict) else None
        return given if isinstance(given, bool) else None

    @property
    def input_paths(self) -> tuple[Path, ...]:
        """Every file that the config names to be read, whether or not it is there; of a sheet the
        file that it stands in.
        """
        optional = (
            self.labels_path and file_and_sheet(self.labels_path)[0],
            self.recording_path,
            self.baseline_path,
            *(self.ca_path(endpoint) for endpoint in self.file.named_endpoints),
            self.production_log_path,
        )
        named = (
            file_and_sheet(self.dataset_path)[0],
            *(file_of(path) for path in self.rubric_paths.values()),
            *self.mask_words_paths,
            *optional,
        )
        return tuple(path for path in named if path is not None)

    @property
    def policy(self) -> Policy:
        """The routing policy to evaluate."""
        p = self.file.policy
        own = tuple(p.label_thresholds.items())
        return Policy(p.threshold, p.escalate_above, p.temperature, own, p.fallback)

    @property
    def costs(self) -> Costs:
        """The cost of each outcome."""
        c = self.file.choose.costs
        return Costs(c.misroute, c.review, c.escalate, c.missed_escalation)

    def _resolve(self, path: str) -> Path:
        # normpath by hand: resolve() would follow links and print absolute paths in messages.
        return Path(os.path.normpath(self.path.parent / path))


def read_config(
    path: Path, *, overrides: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Config:
    """Read and validate a config; `overrides` are `key.path=value`, stronger than `environment`.

    Raises InputError with every problem at its file:line:column.
    """
    for override in overrides:
        note_keys_named_in(override)
        refuse_key(override, "--set")
    document = read_document(path)
    if not isinstance(document.data, dict):
        raise InputError(
            "a config is a mapping with `version`, `endpoint` ...", where=f"{path}:1:1"
        )
    sources: dict[Location, str] = {}
    for name, value in sorted((environment or {}).items()):
        location = _location_of_variable(name)
        if location:
            source = f"variable {name}"
            _set(document.data, location, value_of(value, source=source), source, sources)
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise InputError(f"--set takes KEY=VALUE, got {quoted(override)}")
        source = f"--set {key}"
        location = tuple(key.split("."))
        _set(document.data, location, value_of(value, source=source), source, sources)
    document = replace(document, sources=sources)
    note_keys_in(document.data)
    config = Config(path, validated(ConfigFile, document), document)
    note_sets(config.file.rubric_sets, (one.name for one in config.file.named_endpoints))
    _refuse_unknown_set(config)
    let_links_stay_beside([path, *config.input_paths])
    return config


def _refuse_unknown_set(config: Config) -> None:
    certify, known = config.file.choose.certify, config.file.sets
    if certify is not None and certify not in known:
        raise InputError(
            f"choose.certify names no rubric set: {quoted(certify)}",
            where=config.document.where(("choose", "certify")),
            help=suggestion(certify, known),
        )


def _location_of_variable(name: str) -> tuple[str, ...]:
    """TICKETBENCH_ENDPOINT__TIMEOUT_S is endpoint.timeout_s; other variables are not ours."""
    parts = tuple(name.removeprefix(VARIABLE_PREFIX).lower().split("__"))
    known = parts[0] in ConfigFile.model_fields
    return parts if name.startswith(VARIABLE_PREFIX) and (known or len(parts) > 1) else ()


def _set(
    data: dict[str, Any],
    location: tuple[str, ...],
    value: Any,
    source: str,
    sources: dict[Location, str],
) -> None:
    if location[0] not in ConfigFile.model_fields:
        known = suggestion(location[0], ConfigFile.model_fields)
        raise InputError(f"unknown key {quoted('.'.join(location))}", where=source, help=known)
    for part in location[:-1]:
        data = data.setdefault(part, {})
        if not isinstance(data, dict):
            raise InputError(f"{quoted(part)} is not a section", where=source)
    data[location[-1]] = value
    sources[location] = source

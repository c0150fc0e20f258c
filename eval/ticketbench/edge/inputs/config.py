"""The evaluation config: one YAML file, strict, every path relative to the file.

Precedence: flag > TICKETBENCH_* variable > file > default.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Costs, Policy
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.registry import suggestion
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.edge.files.links import let_links_stay_beside
from ticketbench.edge.inputs.documents import Document, Location, read_document, value_of
from ticketbench.edge.inputs.endpoint_config import (
    EndpointConfig,
    NamedEndpoint,
    SetOfConfig,
    note_keys_in,
    sets_of,
)
from ticketbench.edge.inputs.gate_config import GateConfig as GateConfig
from ticketbench.edge.inputs.python_literal import file_of
from ticketbench.edge.inputs.tickets.keys import DatasetConfig, Reading
from ticketbench.edge.inputs.validation import Amount, FileName, Strict, validated
from ticketbench.edge.redaction import note_keys_named_in, refuse_key
from ticketbench.edge.set_names import note_sets
from ticketbench.edge.tables.reading import file_and_sheet

VARIABLE_PREFIX = "TICKETBENCH_"
_DEVICES = r"con|prn|aux|nul|(com|lpt)[0-9]"

Text = Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Threshold = Annotated[float, Field(ge=0, le=1.01)]


def _usable_everywhere(name: str) -> str:
    """A rubric set's figures are files of its name, and a report is opened on any system."""
    if name.endswith(".") or re.fullmatch(_DEVICES, name.partition(".")[0], re.IGNORECASE):
        raise ValueError("Windows keeps this name, or a dot at its end, for itself")
    return name


SetName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), AfterValidator(_usable_everywhere)
]


EndpointName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"), AfterValidator(_usable_everywhere)
]
"""Less than a rubric set's, since `v2@name` is a name of files, too."""


class PolicyConfig(Strict):
    """The routing rules to evaluate."""

    threshold: Threshold = 0.60
    escalate_above: Share = 0.30
    temperature: Annotated[float, Field(gt=0)] = 1.0
    label_thresholds: dict[Text, Threshold] = Field(default={})
    near_tie: Share = 0.05
    fallback: Text = "manual_review"


class CostsConfig(Strict):
    """What each outcome costs, in any one unit."""

    misroute: Amount = 5.0
    review: Amount = 1.0
    escalate: Amount = 1.5
    missed_escalation: Amount | None = None


class ChooseConfig(Strict):
    """What a good threshold is."""

    min_precision: Annotated[float, Field(gt=0, lt=1)] = 0.95
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.90
    certify: Text | None = None
    most_reviewed: Share | None = None
    reviews_per_day: Amount | None = None
    tickets_per_day: Annotated[float, Field(gt=0, le=1e12)] | None = None
    costs: CostsConfig = CostsConfig()

    @model_validator(mode="after")
    def _one_capacity(self) -> Self:
        if (self.reviews_per_day is None) != (self.tickets_per_day is None):
            raise ValueError("reviews_per_day and tickets_per_day belong together")
        if self.reviews_per_day is not None and self.most_reviewed is not None:
            raise ValueError("give most_reviewed or reviews_per_day, not both")
        return self

    @property
    def largest_review_share(self) -> float | None:
        """The share of tickets that can be reviewed; None when no limit is set."""
        if self.reviews_per_day is None or self.tickets_per_day is None:
            return self.most_reviewed
        return min(1.0, self.reviews_per_day / self.tickets_per_day)


def _as_word(texts: object) -> object:
    """`true` and `false`, the words of release 0.1, as those of today."""
    return {True: "full", False: "none"}[texts] if isinstance(texts, bool) else texts


def _usable_pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"no regular expression: {clipped(str(error))}") from None
    return text


class ReportConfig(Strict):
    """What the report holds: `texts` says which ticket texts.

    `mask_words` are files of words to mask, `mask_keep` regular expressions of what stays.
    `label_word` is what the page calls a label, such as team. `csv` says whether a text that a
    spreadsheet would run as a formula is written so that it cannot be (`safe`), or as it stands
    (`raw`). `prompts` says whether the label also chooses a system prompt, which has a section,
    `categories` whether tickets that score low are searched for one that no rubric asks for.
    """

    figures: bool = True
    texts: Annotated[Literal["masked", "full", "none"], BeforeValidator(_as_word)] = "none"
    mask_words: list[FileName] = Field(default=[])
    mask_keep: list[Annotated[Text, AfterValidator(_usable_pattern)]] = Field(default=[])
    csv: Literal["safe", "raw"] = "safe"
    label_word: Annotated[str, Field(pattern=r"^[^\W\d_]{1,20}$")] = "label"
    prompts: bool = False
    categories: bool = False


class LintConfig(Strict):
    """Codes of lint that nobody wants to see of these rubric sets."""

    ignore: list[Annotated[str, Field(pattern=r"^TB[0-9]{3}$")]] = Field(default=[])


class ConfigFile(Strict):
    """The file as written."""

    version: Annotated[int, Field(ge=1, le=1)]
    endpoints: dict[EndpointName, EndpointConfig] = Field(default={})
    endpoint: EndpointConfig | None = Field(default=None, validate_default=True)
    dataset: DatasetConfig
    rubric_sets: Annotated[dict[SetName, FileName], Field(min_length=1)]
    cache: FileName = ".ticketbench/answers.sqlite"
    recording: FileName | None = None
    policy: PolicyConfig = PolicyConfig()
    choose: ChooseConfig = ChooseConfig()
    trained_baselines: bool = False
    production_mix: dict[Text, Amount] = Field(default={})
    production_log: FileName | None = None
    report: ReportConfig = ReportConfig()
    lint: LintConfig = LintConfig()
    baseline: FileName | None = None
    baseline_budget: Annotated[float, Field(gt=0, le=1)] = 0.05
    baseline_releases: Annotated[int, Field(ge=1, le=100)] = 5
    gates: list[GateConfig] = Field(default=[])
    undecided: Literal["pass", "warn", "fail"] = "warn"

    @field_validator("endpoint")
    @classmethod
    def _one_way_to_name_them(
        cls, endpoint: EndpointConfig | None, info: ValidationInfo
    ) -> EndpointConfig | None:
        several = info.data.get("endpoints", True)  # not there: it is wrong, which is said already
        if endpoint is not None and several:
            raise ValueError("a config has endpoint, or endpoints by name, not both")
        if endpoint is None and not several:
            raise PydanticCustomError("missing", "Field required")
        return endpoint

    @property
    def named_endpoints(self) -> tuple[NamedEndpoint, ...]:
        """Its endpoints in order; one without a name where it is written as `endpoint`."""
        if self.endpoint is not None:
            return (NamedEndpoint("", self.endpoint),)
        return tuple(NamedEndpoint(*one) for one in self.endpoints.items())

    @property
    def sets(self) -> dict[str, SetOfConfig]:
        """Every set by name: each rubric set at each endpoint, in the order of the config."""
        return sets_of(self.rubric_sets, self.named_endpoints)

    @field_validator("production_mix")
    @classmethod
    def _some_share(cls, mix: dict[str, float]) -> dict[str, float]:
        if mix and not sum(share for label, share in mix.items() if label != NONE_LABEL) > 0:
            beside = " beside __none__" if mix.get(NONE_LABEL) else ""
            raise ValueError(f"at least one label{beside} needs a share above 0")
        return mix


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

"""What the config file may say: its keys, their ranges and what stands where nothing is said."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ticketbench.core.quotes import clipped
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.edge.inputs.endpoint_config import (
    EndpointConfig,
    NamedEndpoint,
    SetOfConfig,
    sets_of,
)
from ticketbench.edge.inputs.gate_config import GateConfig
from ticketbench.edge.inputs.tickets.keys import DatasetConfig
from ticketbench.edge.inputs.validation import Amount, FileName, Strict

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
    """What the report holds: `texts` says which ticket texts, `figures` whether PNG and SVG files.

    `mask_words` are files of words to mask, `mask_keep` regular expressions of what stays.
    `label_word` is what the page calls a label, such as team. `csv` says whether a text that a
    spreadsheet would run as a formula is written so that it cannot be (`safe`), or as it stands
    (`raw`). `prompts` says whether the label also chooses a system prompt, which has a section,
    `categories` whether tickets that score low are searched for one that no rubric asks for.
    """

    figures: bool = False
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

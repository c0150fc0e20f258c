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

    threshold: Threshold = Field(
        default=0.60,
        description="A ticket is routed when its top score is at least this; 1.01 routes nothing.",
    )
    escalate_above: Share = Field(
        default=0.30,
        description="A ticket is escalated when two or more labels score above this; 1 switches "
        "it off.",
    )
    temperature: Annotated[float, Field(gt=0)] = Field(
        default=1.0,
        description="Sharpens (below 1) or flattens (above 1) the scores before both rules, as "
        "scores^(1/T), renormalised; 1 leaves them.",
    )
    label_thresholds: dict[Text, Threshold] = Field(
        default={},
        description="A label and its own threshold, in place of `threshold` where that "
        "label is on top.",
    )
    near_tie: Share = Field(
        default=0.05,
        description="Two leading labels whose scores differ by less than this are a near tie.",
    )
    fallback: Text = Field(
        default="manual_review",
        description="The name of the queue for what is neither routed nor escalated.",
    )


class CostsConfig(Strict):
    """What each outcome costs, in any one unit."""

    misroute: Amount = Field(
        default=5.0, description="What a ticket costs that goes to the wrong team."
    )
    review: Amount = Field(
        default=1.0, description="What a ticket costs that somebody has to read."
    )
    escalate: Amount = Field(default=1.5, description="What a ticket costs that is escalated.")
    missed_escalation: Amount | None = Field(
        default=None,
        description="What an escalation costs more when the right label is not among those above "
        "`escalate_above`; without it the recommendation is without "
        "escalation, with it the limit is a choice.",
    )


class ChooseConfig(Strict):
    """What a good threshold is."""

    min_precision: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.95,
        description="The share of routed tickets that should be right; written here it comes "
        "first in the recommendation.",
    )
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = Field(
        default=0.90,
        description="How sure a certified threshold keeps that share on fresh tickets: 0.90 "
        "means for nine of ten data sets.",
    )
    certify: Text | None = Field(
        default=None,
        description="The one rubric set that a promise is made for; without it every set but "
        "today's gets one, and they share what may go wrong.",
    )
    most_reviewed: Share | None = Field(
        default=None, description="The largest share of tickets that people can review."
    )
    reviews_per_day: Amount | None = Field(
        default=None,
        description="Instead of `most_reviewed`, how many tickets people can review on a "
        "day, beside `tickets_per_day`.",
    )
    tickets_per_day: Annotated[float, Field(gt=0, le=1e12)] | None = Field(
        default=None,
        description="How many tickets come on a day, beside `reviews_per_day`; *Audit* "
        "then says what a day looks like.",
    )
    costs: CostsConfig = Field(
        default=CostsConfig(),
        description="What each outcome costs, in any one unit, such as minutes.",
    )

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
    """What the report holds."""

    figures: bool = Field(
        default=False,
        description="Draw the charts as PNG and SVG files too, for slides and papers, which "
        "takes longer than the rest of a small run; `ticketbench report --figures` "
        "draws them later.",
    )
    texts: Annotated[Literal["masked", "full", "none"], BeforeValidator(_as_word)] = Field(
        default="none", description="Which ticket texts are shown: `masked`, `full` or `none`."
    )
    mask_words: list[FileName] = Field(
        default=[], description="Files with words and names to mask, one a line."
    )
    mask_keep: list[Annotated[Text, AfterValidator(_usable_pattern)]] = Field(
        default=[],
        description='Regular expressions of what is not masked, such as `["SO-\\\\d{6}"]`.',
    )
    csv: Literal["safe", "raw"] = Field(
        default="safe",
        description="With `safe` no text in `predictions.csv` and `changed.csv` is a formula to "
        "a spreadsheet, with `raw` texts stand as they are.",
    )
    label_word: Annotated[str, Field(pattern=r"^[^\W\d_]{1,20}$")] = Field(
        default="label",
        description="What page and terminal call a label: one word of at most 20 letters, such "
        "as `team`.",
    )
    prompts: bool = Field(
        default=False,
        description="Say that the label also chooses a system prompt; the page then tells how "
        "often that would be the right one.",
    )
    categories: bool = Field(
        default=False,
        description="Look for a category that no rubric asks for among the tickets that score "
        "low; loads scikit-learn.",
    )


class LintConfig(Strict):
    """Codes of lint that nobody wants to see of these rubric sets."""

    ignore: list[Annotated[str, Field(pattern=r"^TB[0-9]{3}$")]] = Field(
        default=[],
        description="Codes that `rubrics lint` and `validate` leave out for these sets, such as "
        "`[TB129]`.",
    )


class ConfigFile(Strict):
    """A config."""

    version: Annotated[int, Field(ge=1, le=1)] = Field(description="Always 1.")
    endpoints: dict[EndpointName, EndpointConfig] = Field(
        default={},
        description="Instead of `endpoint`, several by name, each with its keys; every rubric "
        "set is then judged at each of them, as `v2@name`.",
    )
    endpoint: EndpointConfig | None = Field(
        default=None,
        validate_default=True,
        description="Where the questions are sent, and how hard this service may be asked.",
    )
    dataset: DatasetConfig = Field(
        description="The tickets whose right label is known, and how their file is read."
    )
    rubric_sets: Annotated[dict[SetName, FileName], Field(min_length=1)] = Field(
        description="A name and its rubric file, or a list in a Python file as `app.py::LABELS`; "
        "the first one is what every other is compared with."
    )
    cache: FileName = Field(
        default=".ticketbench/answers.sqlite",
        description="The file of stored answers, which may be deleted; a folder that is made for "
        "it leaves itself out of git, and a name without a suffix gets `.sqlite`.",
    )
    recording: FileName | None = Field(
        default=None,
        description="Answers kept in git, read first and never written by `run`: a file, or a "
        "folder of parts.",
    )
    policy: PolicyConfig = Field(
        default=PolicyConfig(),
        description="The rules by which scores become a route, a review or an escalation today.",
    )
    choose: ChooseConfig = Field(
        default=ChooseConfig(),
        description="What a good threshold is to you: your target, your prices, your people.",
    )
    trained_baselines: bool = Field(
        default=False,
        description="Also train classifiers on these tickets, for reference: on words, and on "
        "embeddings where the weights are installed or their vectors are kept beside "
        "the cache.",
    )
    production_mix: dict[Text, Amount] = Field(
        default={},
        description="A label and its share or count in production, so that numbers are also "
        "shown at that mix; with `__none__` among them such tickets count in "
        "routing, and as wrong when routed, without it they are left out.",
    )
    production_log: FileName | None = Field(
        default=None,
        description="Instead of `production_mix`, predictions for production tickets (the "
        "`predictions.csv` of a run) whose label is written `__none__`: the mix is "
        "estimated from them, or refused with the reason.",
    )
    report: ReportConfig = Field(
        default=ReportConfig(), description="What the page shows, and which files stand beside it."
    )
    lint: LintConfig = Field(
        default=LintConfig(), description="What the check of rubrics does not have to say again."
    )
    baseline: FileName | None = Field(
        default=None,
        description="The committed file that gates compare with, such as "
        "`baselines/support.json`; `ticketbench baseline bless` writes it.",
    )
    baseline_budget: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.05,
        description="The accuracy that changes may lose together since the baseline was pinned; "
        "a warning comes at half of it, and a release must exclude a loss of it.",
    )
    baseline_releases: Annotated[int, Field(ge=1, le=100)] = Field(
        default=5,
        description="How many releases are planned until the next pin; they share the chance of "
        "error of 5 in 100.",
    )
    gates: list[GateConfig] = Field(
        default=[],
        description="Conditions for CI, each with one of `min`/`max`, `not_worse_than` and "
        "`must_pass`.",
    )
    undecided: Literal["pass", "warn", "fail"] = Field(
        default="warn",
        description="What a gate does where the tickets cannot tell: `warn`, `fail` for "
        "releases, `pass` for the rule of release 0.1.",
    )

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

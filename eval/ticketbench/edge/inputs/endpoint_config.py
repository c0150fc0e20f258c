"""The `endpoint` of a config, or its `endpoints`: where questions go, how hard each may be asked,
and what the pairs of a rubric set and an endpoint are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from ticketbench.core.errors import InputError
from ticketbench.core.keys.host import has_shape, web_url
from ticketbench.core.shapes.batch import NO_BATCHES, batches_url
from ticketbench.edge.inputs.validation import Amount, FileName, Strict
from ticketbench.edge.key_hosts.host import host_of
from ticketbench.edge.redaction import note_key

Text = Annotated[str, Field(min_length=1)]

_LONGEST_TIMEOUT_S = 3600.0
_LONGEST_BATCH_S = 30 * 86_400.0
_SLOWEST, _FASTEST = 1 / 3600, 1_000_000.0
"""Requests per second; the waits of a slower rate are longer than the system can wait."""


class EndpointConfig(Strict):
    """Where questions are sent, and how hard the service may be asked."""

    url: Text = Field(
        description="The address of the service: `https://...`, `http://` on this machine, an "
        "engine of this package (`local://minilm/v1/classify`, "
        "`local://lexical/v1/classify`), or a service of another shape such as "
        "`systemone+https://...`."
    )
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = Field(
        default="SCALEDOWN_API_KEY",
        description="The name of the variable that holds the key, never the key; it is sent only "
        "to hosts that your machine allows.",
    )
    concurrency: Annotated[int, Field(ge=1, le=256)] = Field(
        default=8, description="How many requests may be on their way at once, at most 256."
    )
    rate: Text | None = Field(
        default="20/s",
        description="At most so many requests: `20/s`, `300/min`, `5000/h` or `none`, from `1/h` "
        "to `1000000/s`; engines on this machine have no limit.",
    )
    timeout_s: Annotated[float, Field(gt=0, le=_LONGEST_TIMEOUT_S)] = Field(
        default=30.0, description="Seconds to wait for an answer, at most 3600."
    )
    ca_file: FileName | None = Field(
        default=None,
        description="A PEM file of the certificate authorities to trust instead of the usual ones.",
    )
    proxy: Text = Field(
        default="none",
        description="The way out of a closed network, for https only: `env` takes the proxy that "
        "the system names (`HTTPS_PROXY`, `NO_PROXY`), `http://host:port` this one.",
    )
    price_per_million_tokens: Amount | None = Field(
        default=None,
        description="The price of a million tokens sent, in any currency; for `run --dry-run`, "
        "`--max-cost` and the leaderboard.",
    )
    price_per_request: Amount | None = Field(
        default=None,
        description="The price of every request, whatever its length, in the same currency.",
    )
    max_requests: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="A run sends no more requests than this there; `--max-requests` is about all "
        "endpoints together.",
    )
    max_cost: Amount | None = Field(
        default=None,
        description="A run spends no more than this there; `--max-cost` is about all endpoints "
        "together.",
    )
    characters_per_token: Annotated[float, Field(ge=0.01)] = Field(
        default=4.0, description="How many characters make a token, roughly."
    )
    key_header: Literal["authorization", "x-api-key"] | None = Field(
        default=None,
        description="The header that carries the key: `x-api-key`, or `authorization` (as Bearer).",
    )
    max_refused: Annotated[float, Field(ge=0, le=1)] = Field(
        default=0.0,
        description="The share of tickets that the service may refuse to judge in a complete run.",
    )
    noise: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None,
        description="The largest difference of a score, asked again, that counts as no change.",
    )
    batch: Literal["auto", "always", "never"] = Field(
        default="never",
        description="`always` uploads missing questions as batches, `auto` does from 1,000 on; "
        "for addresses that end in `/classify`.",
    )
    batch_timeout_s: Annotated[float, Field(gt=0, le=_LONGEST_BATCH_S)] = Field(
        default=86_400.0,
        description="Seconds that a run waits for its batches; they go on without it.",
    )

    @field_validator("url")
    @classmethod
    def _full_url(cls, url: str) -> str:
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^/\s]+", url):
            raise ValueError("the URL must be full, like https://host/classify or local://...")
        scheme, rest = url.split(":", 1)
        url = f"{scheme.lower()}:{rest}"
        if re.match(r"[a-z0-9+.-]+://[^/]*@", url):
            raise ValueError("no user name or password in the URL; the key comes from key_env")
        if re.search(r"[?&][^=&]*(key|token|secret|password)[^=&]*=", url, re.IGNORECASE):
            raise ValueError("no key in the URL, where reports show it; it comes from key_env")
        if web_url(url).startswith(("http:", "https:")) and host_of(url) is None:
            raise ValueError("no host can be called so; it is written https://host/classify")
        if has_shape(url):
            _refuse_odd_shape(url)
        return url

    @field_validator("batch")
    @classmethod
    def _possible_batch(cls, batch: str, info: ValidationInfo) -> str:
        url = info.data.get("url")
        if batch == "always" and url is not None and batches_url(url) is None:
            raise ValueError(NO_BATCHES)
        return batch

    @field_validator("proxy")
    @classmethod
    def _usable_proxy(cls, proxy: str) -> str:
        named = re.fullmatch(r"http://[^/@\s]+/?", proxy) and host_of(proxy)
        if proxy in ("none", "env") or named:
            return proxy
        raise ValueError("it is none, env, or http://host:port without user and password")

    @field_validator("rate")
    @classmethod
    def _readable_rate(cls, rate: str | None) -> str | None:
        requests_per_second(rate)
        return rate

    @property
    def per_second(self) -> float | None:
        """Requests per second allowed; None is no limit. Local engines have no limit."""
        return None if self.url.startswith("local://") else requests_per_second(self.rate)


def _refuse_odd_shape(url: str) -> None:
    """Raise ValueError for a shape that there is not, or for odd options of one."""
    from ticketbench.core.shapes.address import address

    try:
        address(url)
    except InputError as error:
        help_ = error.problems[0].help
        raise ValueError(f"{error}; {help_}" if help_ else str(error)) from None


@dataclass(frozen=True, slots=True)
class NamedEndpoint:
    """An endpoint of a config; `name` is empty where it is the only one, written as `endpoint`."""

    name: str
    settings: EndpointConfig

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands in the config."""
        return ("endpoints", self.name) if self.name else ("endpoint",)

    @property
    def written(self) -> str:
        """The same in words: `endpoint`, or `endpoints.NAME`."""
        return ".".join(self.place)

    def asks(self, rubric_set: str) -> str:
        """The name of the set that is a rubric set at this endpoint: `v2@name`, or as it is."""
        return f"{rubric_set}@{self.name}" if self.name else rubric_set


@dataclass(frozen=True, slots=True)
class SetOfConfig:
    """A set that a config names: a rubric set at an endpoint."""

    rubric_set: str
    endpoint: NamedEndpoint

    @property
    def name(self) -> str:
        """What the set is called wherever a set is named."""
        return self.endpoint.asks(self.rubric_set)


def sets_of(
    rubric_sets: Iterable[str], endpoints: Iterable[NamedEndpoint]
) -> dict[str, SetOfConfig]:
    """Every pair by its name: the rubric sets in their order, each at every endpoint in theirs.

    No two pairs share a name, since the name of a rubric set holds no `@`.
    """
    asked = tuple(endpoints)
    pairs = (SetOfConfig(name, endpoint) for name in rubric_sets for endpoint in asked)
    return {pair.name: pair for pair in pairs}


def rubric_set_of(name: str) -> str:
    """The rubric set of a set: `v2` of `v2@name`, and of `v2`."""
    return name.partition("@")[0]


def note_keys_in(config: dict[str, Any]) -> None:
    """From now on what the `key_env` of an endpoint of a config names is a key; the config need not
    be valid.
    """
    several = config.get("endpoints")
    found = [config.get("endpoint"), *(several.values() if isinstance(several, dict) else ())]
    for one in found:
        note_key(one.get("key_env") if isinstance(one, dict) else None)


def requests_per_second(rate: str | None) -> float | None:
    """20/s, 300/min or 5000/h as requests per second; None or "none" is no limit.

    Raises ValueError for anything else, and below 1/h or above 1000000/s.
    """
    if rate is None or rate == "none":
        return None
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)/(s|min|h)", rate)
    per_second = float(match[1]) / {"s": 1, "min": 60, "h": 3600}[match[2]] if match else 0.0
    if not _SLOWEST <= per_second <= _FASTEST:
        raise ValueError(
            "a rate is written 20/s, 300/min or 5000/h, from 1/h to 1000000/s, or it is none"
        )
    return per_second

"""Does everything a run needs work here? Each check says what was found and what to do."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ticketbench.core.errors import MachineError, TicketbenchError
from ticketbench.core.version import __version__

if TYPE_CHECKING:
    from ticketbench.core.types import Finding
    from ticketbench.edge.inputs.config import Config
    from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
    from ticketbench.edge.replay.source import Sources
    from ticketbench.flow.steps.inputs import ConfigInputs, Inputs, PartInputs

Status = Literal["ok", "warning", "blocked"]


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing examined; `exit_code` is what a blocked one ends with."""

    name: str
    status: Status
    found: str
    action: str = ""
    exit_code: int = 0


def doctor(config: Path | None, *, online: bool = False) -> list[Examined]:
    """Examine versions, which keys may go where and, with a config, its files, key, cache and
    endpoint.

    Only `online` sends anything: one question with a made-up text.
    """
    found = [_versions(), *_bound_keys()]
    if config is None:
        return found
    from ticketbench.flow.steps.inputs import PartInputs, either_inputs
    from ticketbench.flow.steps.sources.answers import answer_source

    try:
        inputs = either_inputs(config)
    except TicketbenchError as error:
        return [*found, _blocked("config", error)]
    if isinstance(inputs, PartInputs):
        return [*found, *_of_parts(inputs)]
    n = len(inputs.dataset.tickets)
    found.append(Examined("config", "ok", f"{config}: {n} tickets"))
    found += [_of_data(one) for one in inputs.findings]
    keys = [_key(inputs.config, endpoint) for endpoint in inputs.endpoints]
    for key, endpoint in zip(keys, inputs.endpoints, strict=True):
        found += [key, *_engine(endpoint), *_shape(endpoint), *_limit(inputs, endpoint)]
    blocked = any(key.exit_code for key in keys)
    try:
        found += _recording(inputs)
        # A key that may not be sent is told once: the cache can be looked at without it.
        with answer_source(inputs, mode="replay" if blocked else "auto") as sources:
            stored = len(sources.cache.stored_keys())
            found.append(Examined("cache", "ok", f"{sources.cache.path}: {stored} answers"))
            found += _answers(inputs, sources)
            for key, endpoint in zip(keys, inputs.endpoints, strict=True):
                if online and not key.exit_code:
                    found.append(_ask_once(inputs.config, endpoint))
    except TicketbenchError as error:
        found.append(_blocked("cache, recording or endpoint", error))
    return found


def _of_parts(inputs: PartInputs) -> Iterator[Examined]:
    """Of tickets in parts, which are not read here: keys and engines, and the recording."""
    path, n = inputs.config.path, len(inputs.parts.files)
    yield Examined("config", "ok", f"{path}: tickets in {n} parts, not read here",
                   f"ticketbench validate {path} reads them")  # fmt: skip
    for endpoint in inputs.endpoints:
        yield _key(inputs.config, endpoint)
        yield from (*_engine(endpoint), *_shape(endpoint))
    try:
        yield from _recording(inputs)
    except TicketbenchError as error:
        yield _blocked("recording", error)
    action = f"ticketbench run {path} --mode replay says which are missing"
    yield Examined("answers", "ok", "not looked for: the tickets lie in parts", action)


def _recording(inputs: ConfigInputs) -> list[Examined]:
    """What is worth knowing about the recording; raises what reading it raises."""
    from ticketbench.flow.steps.completeness import recording_findings

    return [
        Examined(
            "recording",
            "warning" if found.severity == "warning" else "ok",
            f"{found.title}: {found.evidence}",
            found.action,
        )
        for found in recording_findings(inputs)
    ]


def _answers(inputs: Inputs, sources: Sources) -> list[Examined]:
    """Per rubric set: how many of its questions have an answer, and why the others have none."""
    from ticketbench.edge.replay.every_ticket import plan
    from ticketbench.report.words.missing import missing_text

    found = []
    for rubrics in inputs.rubric_sets:
        own = plan(inputs.dataset, rubrics, sources.of(rubrics))
        kept = f"{rubrics.name}: {own.recorded + own.cached} of {own.questions} stored"
        why = f"; {missing_text(own.why)}" if own.why else ""
        next_ = f"ticketbench run {inputs.config.path} asks for them" if own.why else ""
        found.append(Examined("answers", "ok", kept + why, next_))
    return found


def _versions() -> Examined:
    names = ("numpy", "requests-cache", "pandas", "scikit-learn", "matplotlib")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return Examined(
        "versions",
        "ok",
        f"ticketbench {__version__}, Python {platform.python_version()}, {versions}",
    )


def _blocked(name: str, error: TicketbenchError) -> Examined:
    first = error.problems[0]
    found = f"{first.where}: {first.what}" if first.where else first.what
    return Examined(name, "blocked", found, first.help, error.exit_code)


def _bound_keys() -> list[Examined]:
    """Every key that this machine lets go somewhere, and whether it is set."""
    from ticketbench.flow.setup.key import list_keys

    try:
        keys = list_keys()
    except TicketbenchError as error:
        return [_blocked("bound keys", error)]
    listed = (
        f"{k.variable} -> {', '.join(k.hosts)}{'' if k.is_set else ', not set'}" for k in keys
    )
    return [Examined("bound keys", "ok", "; ".join(listed))]


def _of_data(found: Finding) -> Examined:
    status: Status = "ok" if found.severity == "note" else "warning"
    return Examined("data", status, f"{found.title}: {found.evidence}", found.action)


def _called(name: str, endpoint: NamedEndpoint) -> str:
    """`key`, or `key of NAME` where there are several."""
    return f"{name} of {endpoint.name}" if endpoint.name else name


def _key(config: Config, endpoint: NamedEndpoint) -> Examined:
    from ticketbench.edge.endpoints import is_local
    from ticketbench.flow.steps.sources.keys import key_grant

    settings, name = endpoint.settings, _called("key", endpoint)
    if is_local(settings.url):
        return Examined(name, "ok", "not needed by a local engine")
    try:
        grant = key_grant(config, endpoint)
    except TicketbenchError as error:
        return _blocked(name, error)
    if not grant.words:
        action = f"export {settings.key_env}=... unless the endpoint needs no key"
        return Examined(name, "warning", f"{settings.key_env} is not set", action)
    return Examined(name, "ok" if grant.key else "warning", grant.words)


def _engine(endpoint: NamedEndpoint) -> list[Examined]:
    """Whether a local engine could answer; one that cannot still replays stored answers."""
    from ticketbench.edge.endpoints import is_local
    from ticketbench.edge.endpoints.local import engine_at

    url, name = endpoint.settings.url, _called("engine", endpoint)
    if not is_local(url):
        return []
    try:
        engine_at(url).ready()
    except MachineError as error:
        blocked = _blocked(name, error)
        return [Examined(name, "warning", blocked.found, blocked.action)]
    except TicketbenchError as error:
        return [_blocked(name, error)]
    return [Examined(name, "ok", f"{url} answers on this machine")]


def _shape(endpoint: NamedEndpoint) -> list[Examined]:
    """What a URL that names a shape asks, and of which model."""
    from ticketbench.core.keys.host import has_shape
    from ticketbench.core.shapes.address import address

    if not has_shape(endpoint.settings.url):
        return []
    shape = address(endpoint.settings.url).shape
    told = [name for name in ("ask", "text", "top") if name in shape.given]
    how = "".join(f", {name}={shape.given[name]}" for name in told)
    model = f"model {shape.model}" if shape.model else "a model that the URL does not name"
    return [Examined(_called("shape", endpoint), "ok", f"{shape.scheme}, {model}{how}")]


def _limit(inputs: Inputs, endpoint: NamedEndpoint) -> list[Examined]:
    """The longest ticket beside what is read there; nothing where an engine here reads all."""
    from ticketbench.edge.endpoints import is_local
    from ticketbench.edge.replay.longest import longest

    name = _called("limit", endpoint)
    found = longest(inputs.dataset, inputs.sets_at(endpoint), endpoint)
    if found is None:
        unknown = Examined(name, "ok", "how much of a text is read there is not known here")
        return [] if is_local(endpoint.settings.url) else [unknown]
    action = "shorten long texts, or ask an endpoint that takes them whole"
    if found.n_over:
        return [Examined(name, "warning", found.words, action)]
    return [Examined(name, "ok", found.words)]


def _ask_once(config: Config, named: NamedEndpoint) -> Examined:
    """One live question outside the cache."""
    from ticketbench.core.classify import ContractViolation, parse_answer
    from ticketbench.core.rubrics import Rubric, RubricSet
    from ticketbench.edge.contract import request_body
    from ticketbench.edge.endpoints import Unreached, connect
    from ticketbench.edge.redaction import shown_url
    from ticketbench.flow.steps.sources.keys import connection_of, key_grant

    settings, name = named.settings, _called("endpoint", named)
    url = settings.url
    rubrics = RubricSet("doctor", (Rubric("yes", "Is it day?"), Rubric("no", "Is it night?")))
    body = request_body("The sun is up.", rubrics)
    try:
        endpoint = connect(url, connection_of(config, named, key_grant(config, named)))
        reply = endpoint.ask(url, body)
        if reply.status != 200:
            return Examined(name, "blocked", f"status {reply.status}", "check key and URL", 4)
        model = parse_answer(reply.body, rubrics.labels).model
    except Unreached as error:
        return Examined(name, "blocked", f"no answer: {error}", _to_reach(settings.proxy), 4)
    except ContractViolation as error:
        return Examined(name, "blocked", f"not a /classify answer: {error}", "check it", 4)
    by = f" as the model {model}" if model else ""
    return Examined(name, "ok", f"{shown_url(url)} answered{by}")


def _to_reach(proxy: str) -> str:
    """What to do when no connection came about; a proxy that others use may be the only way."""
    from ticketbench.edge.endpoints.proxy import NONE, proxy_variables

    names = proxy_variables()
    if proxy != NONE or not names:
        return "check the URL"
    return f"check the URL; {names[0]} is set, but `endpoint: {{proxy: env}}` alone uses it"

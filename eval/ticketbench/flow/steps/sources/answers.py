"""Recording, cache and endpoints of a config as the one place that is asked for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.rubrics import RubricSet, fingerprint
from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
from ticketbench.flow.steps.inputs import ConfigInputs, Inputs, ReadParts
from ticketbench.flow.steps.sources.budget import part_of
from ticketbench.flow.steps.sources.keys import connection_of, key_grant, naming_the_key

if TYPE_CHECKING:
    from ticketbench.edge.asking.pacing import Budget
    from ticketbench.edge.batches.server import BatchServer
    from ticketbench.edge.endpoints import Connection, Endpoint
    from ticketbench.edge.replay.source import Mode, Sources


@contextmanager
def answer_source(
    inputs: Inputs | ReadParts,
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

    connections = {} if mode == "replay" else _connections(inputs, tell)
    asked = _connected(inputs, connections) if connections else None
    whole = budget or Budget()
    with (
        naming_the_key(inputs),
        AnswerCache(inputs.config.cache_path, asked, reads_only=reads_only) as cache,
    ):
        began = cache.refresh_goes_on(refresh_name(inputs)) if mode == "refresh" else None
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
                budget=part_of(whole, one),
                since=began or datetime.now(UTC),
                refused=lambda: inputs.recording.refusals,
                absent=inputs.recording.absent,
                noted_rubrics=lambda: _noted_rubrics(inputs),
                memo=Memo.beside(cache.path, inputs.recording.digest) if remembers else None,
                batches=_batches(one, connections.get(one.name)),
            )
            for one in inputs.endpoints
        }
        sets = inputs.config.file.sets
        yield Sources(cache, {k: of_endpoint[one.endpoint.name] for k, one in sets.items()})


def refresh_name(inputs: Inputs | ReadParts) -> str:
    """What a refresh is about: with the same tickets, rubrics and endpoints it goes on."""
    sets = (rubrics.fingerprint for rubrics in inputs.rubric_sets)
    urls = (endpoint.settings.url for endpoint in inputs.endpoints)
    return fingerprint((*urls, inputs.fingerprint, *sets))


def _connections(inputs: ConfigInputs, tell: Callable[[str], None] | None) -> dict[str, Connection]:
    """How to connect to each endpoint, by its name, with its own key."""
    grants = {one: key_grant(inputs.config, one) for one in inputs.endpoints}
    for words in dict.fromkeys(grant.words for grant in grants.values() if grant.words):
        if tell:
            tell(words)
    return {one.name: connection_of(inputs.config, one, grants[one]) for one in grants}


def _connected(inputs: ConfigInputs, connections: Mapping[str, Connection]) -> Endpoint:
    """The endpoints of a config as one."""
    from ticketbench.edge.endpoints import connect
    from ticketbench.edge.endpoints.by_url import ByUrl
    from ticketbench.edge.replay.source import full_url

    urls = {one.name: one.settings.url for one in inputs.endpoints}
    return ByUrl({full_url(url): connect(url, connections[name]) for name, url in urls.items()})


def _batches(
    endpoint: NamedEndpoint, connection: Connection | None
) -> Callable[[], BatchServer | None]:
    """What opens the batch API beside an endpoint, where there is one and it may be asked."""

    def opened() -> BatchServer | None:
        from ticketbench.edge.batches.server import batch_server

        return batch_server(endpoint.settings.url, connection) if connection else None

    return opened


def _noise(endpoint: NamedEndpoint) -> float:
    """The largest difference of a score, asked again, that is no change there."""
    from ticketbench.edge.replay.source import usual_noise

    told = endpoint.settings.noise
    return usual_noise(endpoint.settings.url) if told is None else told


def _noted_rubrics(inputs: ConfigInputs) -> Iterator[RubricSet]:
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

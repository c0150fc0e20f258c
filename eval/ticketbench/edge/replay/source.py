"""Where answers come from, and what has been found there so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ticketbench.core.keys.host import has_shape
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.shapes.address import address
from ticketbench.core.shapes.contract import SAME_WITHIN, Asked
from ticketbench.core.types import Failure, FloatArray
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.memo import Memo
from ticketbench.edge.answers.refusals import Refusal
from ticketbench.edge.answers.rows import Stored
from ticketbench.edge.asking.one_question import Retry
from ticketbench.edge.asking.pacing import Budget, Stop

if TYPE_CHECKING:
    from ticketbench.edge.batches.server import BatchServer

Mode = Literal["auto", "replay", "refresh"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where answers come from: a recording (read first), the cache, and the endpoint behind it.

    One source serves a whole run: `budget` counts over all rubric sets, refresh takes answers
    stored since `since`, which it need not ask for once more, and nobody asks again what was
    refused since then. `timeout_s` is the longest that one request takes: how long a run that is
    stopped waits for those in flight. `noise` is the largest difference of a score, asked again,
    that is no change. `refused` gives what the recording knows as refused. `absent` is a recording
    that is named and not there; `noted_rubrics` gives sets that were asked before, to explain what
    is missing. Whoever sets `stop` ends every asking. `batched` holds the questions that went into
    batches of this run, by key: None for an answer that is stored since, else why there is none;
    `batches` opens the batch API beside the endpoint, if there is one. Strict replay `explains`
    what is missing, which takes a look at every stored key.
    """

    url: str
    cache: AnswerCache
    recording: Mapping[str, Stored]
    mode: Mode = "auto"
    concurrency: int = 8
    per_second: float | None = None
    retry: Retry = Retry()  # noqa: RUF009 - frozen, so sharing the default is safe
    budget: Budget = field(default_factory=Budget)
    memo: Memo | None = None
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    timeout_s: float = 30.0
    noise: float = SAME_WITHIN
    refused: Callable[[], Mapping[str, Refusal]] = dict
    absent: Path | None = None
    noted_rubrics: Callable[[], Iterable[RubricSet]] = tuple
    stop: Stop = field(default_factory=Stop)
    batched: Mapping[str, Failure | None] = field(default_factory=dict)
    batches: Callable[[], BatchServer | None] = lambda: None
    explains: bool = True


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the answers of every set of a config come from, by the name of the set: sources over
    one cache and one recording, one for each endpoint.
    """

    cache: AnswerCache
    by_set: Mapping[str, Source]

    def of(self, rubrics: RubricSet) -> Source:
        """The source of a set of the config; KeyError where it has none of that name."""
        return self.by_set[rubrics.name]

    @property
    def longest_s(self) -> float:
        """The longest that one request to any of them takes."""
        return max(one.timeout_s for one in self.by_set.values())

    def otherwise(self, **changes: Any) -> Sources:
        """The same with fields of every source changed."""
        return replace(self, by_set={k: replace(s, **changes) for k, s in self.by_set.items()})


@dataclass(frozen=True, slots=True)
class Sending:
    """How many requests some questions take, and the characters of all their bodies."""

    requests: int
    characters: int


@dataclass(slots=True, eq=False)
class Answers:
    """Scores by question, NaN where there are none, and why there are none.

    `stopped` says which limit ended the asking, and the last failure before it; else it is empty.
    `tells` is whether the cache says of any of the questions how its answer came.
    """

    scores: FloatArray
    failures: dict[int, Failure]
    recorded: int = 0
    cached: int = 0
    damaged: int = 0
    stopped: str = ""
    tells: bool = False

    def missing(self) -> list[int]:
        """The questions without an answer."""
        return np.flatnonzero(np.isnan(self.scores[:, 0])).tolist()


def full_url(url: str) -> str:
    """The URL as it is stored, so that keys computed from it agree: with all that shapes answers
    where its scheme names a shape, else as it is sent.
    """
    if url.startswith("local://"):
        return url
    if has_shape(url):
        return address(url).full
    from urllib3.util import parse_url

    parsed = parse_url(url)
    return parsed.url if parsed.path else parsed._replace(path="/").url


def requests_each(url: str, n_labels: int) -> int:
    """Requests that one question at `url` takes."""
    return address(url).shape.n_requests(n_labels) if has_shape(url) else 1


def requests_at(url: str) -> Callable[[bytes], Sequence[bytes]]:
    """From the body of a question to the bodies that are sent to `url` for it: the same one, or
    those of the shape that the URL names.
    """
    if not has_shape(url):
        return lambda body: (body,)
    shape = address(url).shape
    return lambda body: shape.questions(Asked.of(body))


def sending(url: str, questions: Iterable[bytes]) -> Sending:
    """What sending these questions to `url` takes, each of them once."""
    sent, requests, characters = requests_at(url), 0, 0
    for question in questions:
        bodies = sent(question)
        requests += len(bodies)
        characters += sum(len(body.decode("utf-8")) for body in bodies)
    return Sending(requests, characters)


def usual_noise(url: str) -> float:
    """The largest difference of a score, asked again, that is no change, where the config says
    nothing: services that promise no two equal answers get some leeway.
    """
    return address(url).shape.noise if has_shape(url) else SAME_WITHIN

"""Every batch of one endpoint: those that are open taken up, what is missing uploaded, all read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TypeVar

from ticketbench.core.classify import ContractViolation
from ticketbench.core.errors import EndpointError
from ticketbench.core.shapes.batch import COMPLETED, FAILED, Batch
from ticketbench.core.shapes.contract import Asked
from ticketbench.core.types import Failure
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.open_batches import OpenBatch, new_batch
from ticketbench.edge.asking.pacing import Budget, Unanswered
from ticketbench.edge.batches.output import Output, checked_answer, output_of
from ticketbench.edge.batches.server import BatchServer, Later, NotSeen
from ticketbench.edge.batches.uploads import Upload, Wanted, custom_id, uploads
from ticketbench.edge.echo import without_text
from ticketbench.edge.redaction import shown_url

T = TypeVar("T")

FIRST_WAIT_S, LONGEST_WAIT_S = 2.0, 60.0
_MOST_UPLOAD_TRIES = 5
_STORED_AT_ONCE = 500
_FORGET = "--forget-batch asks its questions again, which may cost a second time"


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as waiting takes it, in seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def wait_s(self, before: float) -> float:
        """The next wait after one of `before` seconds: twice as long, up to a minute."""
        return min(LONGEST_WAIT_S, 2 * before) or FIRST_WAIT_S


@dataclass(slots=True)
class Counts:
    """What happened to the batches of a run.

    uploaded   batches, with `questions` in them
    taken_up   batches that an earlier run had uploaded
    strays     lines of outputs that belong to no question, or cannot be read
    miscounted lines by which a server's count of an upload was another
    """

    uploaded: int = 0
    questions: int = 0
    taken_up: int = 0
    strays: int = 0
    miscounted: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


@dataclass(slots=True, eq=False)
class EveryBatch:
    """The batches of one endpoint within a run.

    noted      what the cache noted of earlier runs, read before `wanted` was: what is read in
               between by another run is stored, or still noted here
    timeout_s  how long a run waits for them
    pending    batches that are not read yet
    outcomes   by key: None for an answer that is stored now, else why there is none
    """

    wanted: Wanted
    noted: Sequence[OpenBatch]
    server: BatchServer
    cache: AnswerCache
    budget: Budget
    timeout_s: float
    clock: Clock
    tell: Callable[[str], None]
    pending: list[OpenBatch] = field(default_factory=list)
    outcomes: dict[str, Failure | None] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    _unseen: list[OpenBatch] = field(default_factory=list, init=False)
    _key_of: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._key_of = {custom_id(key): key for key in self.wanted.keys}

    def open_ones(self) -> list[OpenBatch]:
        """What earlier runs uploaded and did not read, where it holds a wanted question."""
        here = (one for one in self.noted if one.url == self.wanted.url)
        return [one for one in here if not self._key_of.keys().isdisjoint(one.custom_ids)]

    def take_up(self, *, named: Sequence[str] = (), forget: bool = False) -> None:
        """Wait for what earlier runs uploaded, too, and for the batches of these ids, in which
        everything is looked for; with `forget`, forget what they uploaded.

        Raises EndpointError where an id was not seen and none is named.
        """
        ours = self.open_ones()
        self._forget_read(ours)
        for one in ours if forget else ():
            self.cache.forget_batch(one)
        known = [one for one in ours if one.id and not forget]
        self._unseen = [one for one in ours if not one.id and not forget]
        if self._unseen and not named:
            raise self._not_seen(self._unseen[0], "the run ended before its answer")
        self.pending += known
        left = [custom_id(key) for key in self.left()]
        new = [one for one in named if one not in {batch.id for batch in known}]
        if new and not left:
            self.tell(f"no question is left to look for: {', '.join(new)} is not read")
            new = []
        self.pending += [replace(new_batch(self.wanted.url, left), id=one) for one in new]
        self.counts.taken_up += len(self.pending)
        for one in known:
            self.tell(f"{one.shown}: waiting for it")

    def left(self) -> list[str]:
        """Wanted keys that are in no batch and have no outcome, in their order."""
        taken = {one for batch in self.pending for one in batch.custom_ids}
        keys = (key for key in self.wanted.keys if key not in self.outcomes)
        return [key for key in keys if custom_id(key) not in taken]

    def upload(self, keys: Iterable[str]) -> None:
        """Upload these questions, as far as the budget goes.

        Raises EndpointError where the server refuses them, or may have taken them and does not say
        so.
        """
        for one in uploads(self._affordable(keys), self.wanted.body):
            batch = new_batch(self.wanted.url, one.custom_ids)
            self.cache.note_batch(batch)
            _to_its_end(partial(self._submit, batch, one))

    def look(self, batch: OpenBatch) -> bool:
        """Whether a batch is over; then its answers are stored, and it is pending no longer.

        Raises Later, and EndpointError where it cannot be read.
        """
        try:
            state = self.server.state(batch.id).state
            if state == COMPLETED:
                self._read(batch)
        except EndpointError as error:
            raise error.located(shown_url(self.wanted.url)) from None
        if state == FAILED:
            failure = Failure("", "http", 200, "the endpoint says that the whole batch failed")
            self._fail(batch.custom_ids, failure)
            self._close(batch)
        over = state in (COMPLETED, FAILED)
        if over:
            self.pending.remove(batch)
        return over

    def give_up(self, reason: str) -> None:
        """Wait no longer for what is pending; it stays open, and these questions are not asked."""
        for batch in self.pending:
            self._fail(batch.custom_ids, Failure("", "not_run", 0, reason))
        self.pending.clear()

    def _forget_read(self, ours: Sequence[OpenBatch]) -> None:
        """Forget batches that were read to their end before a run was killed."""
        for one in self.noted:
            if one.url == self.wanted.url and one.id and one not in ours:
                self._close(one)

    def _affordable(self, keys: Iterable[str]) -> Iterator[str]:
        """Those within the limits; the others are not asked."""
        reached: Failure | None = None
        for key in keys:
            if reached is None:
                try:
                    self.budget.take(self.wanted.body(key))
                except Unanswered as limit:
                    reached = Failure("", limit.kind, limit.status, limit.detail)
            if reached is None:
                yield key
            else:
                self.outcomes[key] = reached

    def _submit(self, batch: OpenBatch, upload: Upload) -> None:
        """Upload a batch that is noted; from then on it is pending, and its id is committed."""
        try:
            said = self._named(upload)
        except NotSeen as error:
            raise self._not_seen(batch, str(error)) from None
        except EndpointError as error:
            self.cache.forget_batch(batch)
            raise error.located(shown_url(self.wanted.url)) from None
        named = replace(batch, id=said.id)
        self.tell(f"{named.shown}: waiting for it")  # first: the disk may be full
        self.cache.note_batch(named)
        self.pending.append(named)
        n = len(upload.custom_ids)
        self.counts.uploaded += 1
        self.counts.questions += n
        self.counts.miscounted += abs((n if said.total is None else said.total) - n)

    def _named(self, upload: Upload) -> Batch:
        wait_s = 0.0
        for _ in range(_MOST_UPLOAD_TRIES):
            self.clock.sleep(wait_s)
            try:
                return self.server.submit(upload.content)
            except Later as error:
                last, wait_s = str(error), max(error.wait_s, self.clock.wait_s(wait_s))
        help_ = "check the URL and the server, then run again"
        raise EndpointError(f"no batch could be uploaded: {last}", help=help_)

    def _not_seen(self, batch: OpenBatch, why: str) -> EndpointError:
        return EndpointError(
            f"{batch.shown}, may have arrived, but its id was not seen ({why})",
            where=shown_url(self.wanted.url),
            help="ask whoever runs the endpoint for its id and run again with --resume-batch ID; "
            + _FORGET,
        )

    def _read(self, batch: OpenBatch) -> None:
        """Store what a completed batch holds of the wanted questions."""
        try:
            content = self.server.output(batch.id, lines=len(batch.custom_ids))
        except ContractViolation as error:
            self._fail(batch.custom_ids, Failure("", "contract", 200, str(error)))
            self._close(batch)
            return
        before = (key for key in self.cache.stored_keys() if key not in self.outcomes)
        answered = map(custom_id, before)
        found = output_of(content, batch.custom_ids, answered=answered)
        if not found.own:
            raise EndpointError(
                f"batch {batch.id} holds none of these questions: it is of other tickets, rubrics "
                "or another URL, or its output cannot be read",
                help=f"check the id; {_FORGET}",
            )
        self.counts.strays += found.strays
        self._store(found)
        for one, failure in found.failures.items():
            self._fail((one,), self._without_its_text(one, failure))
        self._close(batch)
        for unseen in self._unseen:
            if not found.own.isdisjoint(unseen.custom_ids):
                self.cache.forget_batch(unseen)

    def _store(self, found: Output) -> None:
        """Store the valid answers of wanted questions, many at once."""
        wanted = ((self._key_of[i], c) for i, c in found.answers.items() if i in self._key_of)
        for part in _parts(wanted, _STORED_AT_ONCE):
            valid: dict[bytes, bytes] = {}
            for key, content in part:
                body = self.wanted.body(key)
                answer = checked_answer(content, self.wanted.url, body)
                if isinstance(answer, Failure):
                    if answer.kind == "refused":
                        self.cache.note_refusal(self.wanted.url, body)
                    self._fail((custom_id(key),), answer)
                else:
                    valid[body] = answer
                    self.outcomes[key] = None
            self.cache.keep(self.wanted.url, valid)

    def _without_its_text(self, custom_id: str, failure: Failure) -> Failure:
        """A server may repeat the ticket in what it says of it."""
        key = self._key_of.get(custom_id)
        if key is None:
            return failure
        text = Asked.of(self.wanted.body(key)).text
        return replace(failure, detail=without_text(failure.detail, text))

    def _fail(self, custom_ids: Iterable[str], failure: Failure) -> None:
        """What has an answer already keeps it."""
        for one in custom_ids:
            key = self._key_of.get(one)
            if key is not None and self.outcomes.get(key, failure) is not None:
                self.outcomes[key] = failure

    def _close(self, batch: OpenBatch) -> None:
        """Forget a batch, but for questions that this run does not want and nobody has stored since
        its upload.
        """
        others = [one for one in batch.custom_ids if one not in self._key_of]
        if others:
            stored = self._stored_since(batch)
            others = [one for one in others if one not in stored]
        if not others:
            self.cache.forget_batch(batch)
        elif len(others) < len(batch.custom_ids):
            self.cache.note_batch(replace(batch, custom_ids=tuple(others)))

    def _stored_since(self, batch: OpenBatch) -> frozenset[str]:
        """The custom ids of its questions that were answered after its upload: a refresh uploads
        what has an older answer.
        """
        ids = frozenset(batch.custom_ids)
        answers, _ = self.cache.read(k for k in self.cache.stored_keys() if custom_id(k) in ids)
        since = batch.uploaded_at
        return frozenset(custom_id(k) for k, kept in answers.items() if kept.recorded_at >= since)


def _to_its_end(work: Callable[[], None]) -> None:
    """Do `work` in a thread of its own, so that a signal lets it end before it stops the run."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(work).result()


def _parts(items: Iterable[T], size: int) -> Iterator[list[T]]:
    items = iter(items)
    while part := list(islice(items, size)):
        yield part

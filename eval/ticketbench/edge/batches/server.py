"""One server's batch API: what it is asked, and what each of its answers means."""

from __future__ import annotations

from dataclasses import dataclass

from ticketbench.core.classify import MOST_ANSWER_BYTES, ContractViolation
from ticketbench.core.errors import EndpointError
from ticketbench.core.shapes.batch import (
    CONTENT_TYPE,
    Batch,
    batch_path,
    batches_url,
    read_batch,
)
from ticketbench.edge.asking.one_question import (
    asked_wait_s,
    is_used_up,
    shown_text,
    stop_if_hopeless,
    used_up,
)
from ticketbench.edge.echo import unescaped
from ticketbench.edge.endpoints import Connection, Reply, Unreached
from ticketbench.edge.endpoints.http import HttpEndpoint, connect

MOST_OUTPUT_BYTES = 100_000_000
"""Of one output, twice what an upload may have."""
_BYTES_PER_S, _LINES_PER_S = 100_000, 20
"""The slowest that an upload and an output may come along."""
_NOT_TAKEN = frozenset({429, 503, 529})
_UNSURE = frozenset({408, 425, 500, 502, 504})
_GONE = frozenset({404, 410})
_EARLY = 409


class NotSeen(Exception):
    """An upload may have arrived, and the answer that names its batch did not; says why."""


class Later(Exception):
    """Nothing was lost: the same request may succeed after `wait_s` seconds or more."""

    def __init__(self, detail: str, *, wait_s: float = 0.0) -> None:
        super().__init__(detail)
        self.wait_s = wait_s


class Gone(EndpointError):
    """The server does not know the batch."""


@dataclass(frozen=True, slots=True)
class BatchServer:
    """The batch API at one URL, with the connection of the endpoint beside it."""

    url: str
    http: HttpEndpoint

    def submit(self, content: bytes) -> Batch:
        """Upload lines. Raises Later where the server has not taken them, NotSeen where it may
        have, EndpointError where it refuses them.
        """
        try:
            more_s = len(content) / _BYTES_PER_S
            reply = self.http.post(self.url, content, content_type=CONTENT_TYPE, more_s=more_s)
        except Unreached as error:
            raise (NotSeen(str(error)) if error.sent else Later(str(error))) from None
        except ContractViolation as error:
            raise NotSeen(str(error)) from None
        texts = "" if _is_success(reply) else unescaped(content.decode("utf-8"))
        if reply.status in _NOT_TAKEN:
            raise _later(reply, text=texts)
        if reply.status in _UNSURE:
            raise NotSeen(_told(reply, text=texts))
        _refuse_others(reply, "the endpoint refused the batch", text=texts)
        try:
            return read_batch(reply.body)
        except ContractViolation as error:
            raise NotSeen(str(error)) from None

    def state(self, batch_id: str) -> Batch:
        """How far a batch is. Raises Later, Gone, EndpointError."""
        try:
            batch = read_batch(self._got(batch_path(self.url, batch_id), batch_id).body)
        except ContractViolation as error:
            raise Later(str(error)) from None
        if batch.id != batch_id:
            raise Later("the server answered about another batch")
        return batch

    def output(self, batch_id: str, *, lines: int) -> bytes:
        """The output of a batch that is completed and has about so many lines.

        Raises Later, Gone, EndpointError, and ContractViolation where it is too large.
        """
        url = batch_path(self.url, batch_id, output=True)
        return self._got(url, batch_id, most=MOST_OUTPUT_BYTES, more_s=lines / _LINES_PER_S).body

    def _got(
        self, url: str, batch_id: str, *, most: int = MOST_ANSWER_BYTES, more_s: float = 0.0
    ) -> Reply:
        try:
            reply = self.http.get(url, most=most, more_s=more_s)
        except Unreached as error:
            raise Later(str(error)) from None
        except ContractViolation as error:
            if error.passing:
                raise Later(str(error)) from None
            raise
        if reply.status in _NOT_TAKEN | _UNSURE | {_EARLY}:
            raise _later(reply)
        if reply.status in _GONE:
            raise Gone(
                f"the endpoint does not know batch {batch_id} ({_told(reply)})",
                help="check its id, and that URL and key are those of the upload; "
                "--forget-batch asks its questions again, which may cost a second time",
            )
        _refuse_others(reply, f"the endpoint does not tell of batch {batch_id}")
        if "html" in reply.content_type.lower():
            raise Later("the answer is a page, not JSON")
        return reply


def batch_server(url: str, connection: Connection) -> BatchServer | None:
    """The batch API beside the endpoint at `url`; None where there is none."""
    found = batches_url(url)
    return None if found is None else BatchServer(found, connect(found, connection))


def _is_success(reply: Reply) -> bool:
    return 200 <= reply.status < 300


def _later(reply: Reply, *, text: str = "") -> Later:
    """Raises EndpointError instead where waiting does not help."""
    detail = _told(reply, text=text)
    if is_used_up(reply):
        raise used_up(detail)
    return Later(detail, wait_s=asked_wait_s(reply.retry_after))


def _told(reply: Reply, *, text: str = "") -> str:
    return f"status {reply.status}: {shown_text(reply, text=text)}"


def _refuse_others(reply: Reply, what: str, *, text: str = "") -> None:
    """Raise EndpointError for any status that is no success; no part of `text` is shown."""
    stop_if_hopeless(reply, text=text)
    if _is_success(reply):
        return
    help_ = "check the URL; `endpoint: {batch: never}` asks the questions one by one"
    raise EndpointError(f"{what} ({_told(reply, text=text)})", help=help_)

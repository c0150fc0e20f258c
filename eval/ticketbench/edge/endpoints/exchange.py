"""One question over one connection of its own: what came back, whole, within a deadline.

Nothing in an answer names its question. On a connection that is used again, one answer too many
from a broken proxy would be taken for the answer to the next question, and shift all that follow;
on a connection of its own, the first answer is the answer. Every byte is read here, so every read
knows how much time is left, and a byte that nobody asked for is seen.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import h11

from ticketbench.edge.contract import MOST_ANSWER_BYTES, ContractViolation
from ticketbench.edge.endpoints.route import Deadline

_CHUNK = 65_536
_LONGEST_HEAD = 65_536
_PACKED = ("gzip", "x-gzip", "deflate")
_EITHER_FORMAT = 32 + zlib.MAX_WBITS


class TooSlow(Exception):
    """The server began to answer and did not come to an end in time."""


class Cut(Exception):
    """The connection ended within the answer, or what came is no HTTP; the message says which."""


@dataclass(frozen=True, slots=True)
class Received:
    """Status, headers by lower-case name, and the body, unpacked: at most one byte over
    MOST_ANSWER_BYTES.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    sock: socket.socket, target: str, headers: Mapping[str, str], body: bytes, deadline: Deadline
) -> Received:
    """POST `body` to `target` and read the answer; the connection can only be closed afterwards.

    Raises TimeoutError when nothing came in time, TooSlow when too little did, Cut, OSError, and
    ContractViolation when the server sent more than the one answer that it was asked for.
    """
    if _waiting(sock):
        raise _unasked()
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
    _send(sock, http, target, headers, body, deadline)
    head, content = _read(sock, http, deadline)
    named = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
    if len(content) <= MOST_ANSWER_BYTES:
        if http.trailing_data[0].strip() or _waiting(sock):
            raise _unasked()
        content = _unpacked(content, named.get("content-encoding", ""))
    return Received(head.status_code, named, content)


def _unasked() -> ContractViolation:
    what = "the server sends answers that nobody asked for: does a proxy mix them up?"
    return ContractViolation(what, passing=True)


def _send(
    sock: socket.socket,
    http: h11.Connection,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    deadline: Deadline,
) -> None:
    told = {**headers, "Content-Length": str(len(body)), "Connection": "close"}
    request = h11.Request(method="POST", target=target, headers=list(told.items()))
    parts = (http.send(request), http.send(h11.Data(body)), http.send(h11.EndOfMessage()))
    sock.settimeout(deadline.left_s())
    # A server may refuse a question, and say why, before it has read it to its end.
    with contextlib.suppress(BrokenPipeError):
        sock.sendall(b"".join(part or b"" for part in parts))


def _read(
    sock: socket.socket, http: h11.Connection, deadline: Deadline
) -> tuple[h11.Response, bytes]:
    """Head and body, as far as one byte over the limit."""
    head: h11.Response | None = None
    content = bytearray()
    begun = False
    while len(content) <= MOST_ANSWER_BYTES:
        event = _event(http)
        if event is h11.NEED_DATA:
            try:
                sock.settimeout(deadline.left_s())
                data = sock.recv(_CHUNK)
            except TimeoutError:
                raise (TooSlow() if begun else TimeoutError()) from None
            http.receive_data(data)
            begun = begun or bool(data)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            content += event.data
        elif not isinstance(event, h11.InformationalResponse):
            break
    if head is None:
        raise Cut("the connection was cut")
    return head, bytes(content[: MOST_ANSWER_BYTES + 1])


def _event(http: h11.Connection) -> object:
    try:
        return http.next_event()
    except h11.RemoteProtocolError as error:
        if error.error_status_hint == 431:
            raise Cut("the head of the answer is too long") from None
        raise Cut("the connection was cut, or the answer is not HTTP") from None


def _waiting(sock: socket.socket) -> bool:
    """Whether bytes are there to be read that nobody asked for; line ends do not count."""
    sock.settimeout(0)
    try:
        return bool(sock.recv(_CHUNK).strip())
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:  # closed already, without another byte
        return False


def _unpacked(content: bytes, encoding: str) -> bytes:
    """`content` without its compression, cut off at one byte over the limit."""
    if encoding.strip().lower() not in _PACKED or not content:
        return content
    unpacking = zlib.decompressobj(_EITHER_FORMAT)
    try:
        found = unpacking.decompress(content, MOST_ANSWER_BYTES + 1)
    except zlib.error:
        raise Cut("the answer cannot be unpacked") from None
    if not unpacking.eof and len(found) <= MOST_ANSWER_BYTES:
        raise Cut("the connection was cut")
    return found

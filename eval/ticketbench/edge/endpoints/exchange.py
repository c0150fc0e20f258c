"""One question over one connection of its own: what came back, whole, within a deadline.

Nothing in an answer names its question. On a connection that is used again, one answer too many
from a broken proxy would be taken for the answer to the next question, and shift all that follow;
on a connection of its own, the first answer is the answer. Every byte is read here, so every read
knows how much time is left, and a byte that nobody asked for is seen.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import h11

from ticketbench.core.classify import MOST_ANSWER_BYTES, ContractViolation
from ticketbench.edge.endpoints.route import Deadline

_CHUNK = 65_536
_LONGEST_HEAD = 65_536
_PACKED = ("gzip", "x-gzip", "deflate")
_GZIP = b"\x1f\x8b"


class TooSlow(Exception):
    """The server began to answer and did not come to an end in time."""


class Cut(Exception):
    """The connection ended within the answer, or what came is no HTTP; the message says which."""


@dataclass(frozen=True, slots=True)
class Received:
    """Status, headers by lower-case name, and the body, unpacked; empty where the text of an error
    is larger than an answer may be.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent after `opening`, no body being None, and the most bytes that its answer may
    have.
    """

    opening: bytes
    body: bytes | None = None
    most: int = MOST_ANSWER_BYTES

    @property
    def content(self) -> bytes:
        """All bytes of it."""
        if self.body is None:
            return b"%b\r\n" % self.opening
        return b"%bContent-Length: %d\r\n\r\n%b" % (self.opening, len(self.body), self.body)


def opening(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """The head of a request as h11 checks and writes it, but for length and end: that of one
    question to an endpoint is that of all.

    The headers, Host among them, are followed by one that ends the connection. Raises
    h11.LocalProtocolError for what no header may hold.
    """
    told = [*headers.items(), ("Connection", "close")]
    head = h11.Connection(h11.CLIENT).send(h11.Request(method=method, target=target, headers=told))
    return (head or b"").removesuffix(b"\r\n")


_ANY = h11.Request(method="POST", target="/", headers=[("Host", "-"), ("Connection", "close")])
"""Stands for every request where h11 reads its answer, which depends on nothing else in it."""


def exchange(sock: socket.socket, request: Request, deadline: Deadline) -> Received:
    """Send `request` and read the answer; the connection can only be closed afterwards.

    Raises TimeoutError when nothing came in time, TooSlow when too little did, Cut, OSError, and
    ContractViolation when the answer is too large, or when there is more than the one that was
    asked for.
    """
    if _waiting(sock):
        raise _unasked()
    _send(sock, request.content, deadline)
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
    for event in (_ANY, h11.EndOfMessage()):
        http.send(event)
    incoming = _Incoming(sock, http, deadline)
    head = incoming.head()
    named = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
    try:
        content = incoming.body(named, request.most)
    except ContractViolation:
        if head.status_code == 200:
            raise
        return Received(head.status_code, named, b"")
    if http.trailing_data[0].strip() or _waiting(sock):
        raise _unasked()
    return Received(head.status_code, named, content)


def _unasked() -> ContractViolation:
    what = "the server sends answers that nobody asked for: does a proxy mix them up?"
    return ContractViolation(what, passing=True)


def _send(sock: socket.socket, content: bytes, deadline: Deadline) -> None:
    # A server may refuse a question, and say why, before it has read it to its end.
    with contextlib.suppress(BrokenPipeError):
        sent = _sent_at_once(sock, content)
        if sent < len(content):
            sock.settimeout(deadline.left_s())
            sock.sendall(content[sent:])


def _sent_at_once(sock: socket.socket, content: bytes) -> int:
    """How many bytes the machine takes without a wait: mostly all. Each call less is one less after
    which a thread waits for others.
    """
    try:
        return sock.send(content)
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return 0


class _Incoming:
    """The answer as it comes."""

    def __init__(self, sock: socket.socket, http: h11.Connection, deadline: Deadline) -> None:
        self._sock, self._http, self._deadline = sock, http, deadline
        self._begun = False

    def head(self) -> h11.Response:
        """Status and headers."""
        event = self._event()
        while isinstance(event, h11.InformationalResponse):
            event = self._event()
        if not isinstance(event, h11.Response):
            raise Cut("the connection was cut")
        return event

    def body(self, headers: Mapping[str, str], most: int) -> bytes:
        """What follows the head, unpacked; one of more than `most` bytes is not read to its end.

        Raises ContractViolation for that.
        """
        size, content = int(headers.get("content-length", "0")), bytearray()
        while size <= most and isinstance(event := self._event(), h11.Data):
            content += event.data
            size = max(size, len(content))
        if size > most:
            raise _too_large(most)
        return _unpacked(bytes(content), headers.get("content-encoding", ""), most)

    def _event(self) -> object:
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(self._received())
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == 431:
                raise Cut("the head of the answer is too long") from None
            raise Cut("the connection was cut, or the answer is not HTTP") from None
        return event

    def _received(self) -> bytes:
        try:
            self._sock.settimeout(self._deadline.left_s())
            data = self._sock.recv(_CHUNK)
        except TimeoutError:
            raise (TooSlow() if self._begun else TimeoutError()) from None
        self._begun = self._begun or bool(data)
        return data


def _waiting(sock: socket.socket) -> bool:
    """Whether bytes are there to be read that nobody asked for; line ends do not count. From then
    on the socket waits for nothing.
    """
    sock.settimeout(0)
    try:
        return bool(sock.recv(_CHUNK).strip())
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    except OSError:  # closed already, without another byte
        return False


def _too_large(most: int) -> ContractViolation:
    return ContractViolation(f"the answer is larger than {most // 1_000_000} MB")


def _unpacked(content: bytes, encoding: str, most: int) -> bytes:
    """`content` without its compression. Raises ContractViolation when it is too large then."""
    if encoding.strip().lower() not in _PACKED or not content:
        return content
    unpack = _without_gzip if content.startswith(_GZIP) else _without_deflate
    try:
        found = unpack(content, most)
    except EOFError:
        raise Cut("the connection was cut") from None
    except (zlib.error, gzip.BadGzipFile):
        raise Cut("the answer cannot be unpacked") from None
    if len(found) > most:
        raise _too_large(most)
    return found


def _without_gzip(content: bytes, most: int) -> bytes:
    """One member after the other, as a server that flushes may send them."""
    return gzip.GzipFile(fileobj=io.BytesIO(content)).read(most + 1)


def _without_deflate(content: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(content, most + 1)
    if len(found) <= most and not unpacking.eof:
        raise EOFError
    if unpacking.unused_data:
        raise zlib.error
    return found

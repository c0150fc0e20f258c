"""One request off a connection: strict about where it ends, and within its time.

h11, which reads answers, takes forms here that two readers may understand differently (a length
beside chunks, a folded line, a line that ends with a bare LF, two Origins), so the head is matched
as a whole by one pattern.
"""

from __future__ import annotations

import re
import socket
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

MOST_BODY_BYTES = 256_000
REQUEST_S = 10.0
"""From the moment a request is waited for until the last of its bytes has come."""

_MOST_HEAD_BYTES = 16_384
_END = b"\r\n\r\n"
_HEAD = re.compile(
    rb"([A-Z]{1,20}) (/[!-~]*) HTTP/1\.([01])\r\n"
    rb"((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n"
)
_MAY_REPEAT = ("accept", "accept-encoding", "accept-language", "cookie", "via", "x-forwarded-for")


class Refused(Exception):
    """A request that is answered with `status` and the end of its connection."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Gone(Exception):
    """No request came: the client closed the connection, or was silent too long."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body; header names are lower-case, each stands once."""

    method: str
    path: str
    headers: Mapping[str, str]
    keeps_open: bool

    def length(self, most: int) -> int:
        """Bytes of the body; Refused where that is unknown, said in two ways, or over `most`."""
        chunked, length = "transfer-encoding" in self.headers, self.headers.get("content-length")
        if chunked and length is not None:
            raise Refused(400, "Content-Length and Transfer-Encoding contradict each other")
        if length is None and not chunked and self.method != "POST":
            return 0
        if not length or not length.isascii() or not length.isdigit():
            raise Refused(411, "send Content-Length")
        if len(length) > 9 or int(length) > most:
            raise Refused(413, f"the body is larger than {most // 1000:,} kB")
        return int(length)


class Incoming:
    """The bytes that a client sends over one connection, request after request."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unread = b""
        self._until = 0.0

    def head(self) -> Head:
        """The next head. Raises Gone when none begins, Refused when it is malformed or late."""
        self._until = time.monotonic() + REQUEST_S
        while _END not in self._unread[:_MOST_HEAD_BYTES]:
            if len(self._unread) >= _MOST_HEAD_BYTES:
                raise Refused(431, "the headers are too large")
            self._unread += self._more()
        head, _, self._unread = self._unread.partition(_END)
        return _parsed(head + _END)

    def body(self, head: Head, most: int = MOST_BODY_BYTES) -> bytes:
        """The body that belongs to `head`; Refused when it is over `most`, cut short or late."""
        length = head.length(most)
        if length and head.headers.get("expect", "").lower() == "100-continue":
            self._connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        content = bytearray(self._unread[:length])
        self._unread = self._unread[length:]
        while len(content) < length:
            content += self._more(length - len(content), begun=True)
        return bytes(content)

    def left_s(self) -> float:
        """Seconds that this request has left; 0 when its time is over."""
        return max(0.0, self._until - time.monotonic())

    def _more(self, most: int = 65_536, *, begun: bool = False) -> bytes:
        begun = begun or bool(self._unread)
        try:
            self._connection.settimeout(self.left_s() or 1e-6)
            content = self._connection.recv(most)
        except TimeoutError:
            if begun:
                raise Refused(408, f"the request took more than {REQUEST_S:.0f} s") from None
            raise Gone from None
        if not content and begun:
            raise Refused(400, "the request is cut short")
        if not content:
            raise Gone
        return content


def _parsed(head: bytes) -> Head:
    found = _HEAD.fullmatch(head)
    if found is None:
        raise Refused(400, "the head of the request is malformed")
    lines = found[4].decode("latin-1").split("\r\n")[:-1]
    pairs = [(name.lower(), value.strip()) for name, _, value in (x.partition(":") for x in lines)]
    twice = [n for n, k in Counter(n for n, _ in pairs).items() if k > 1 and n not in _MAY_REPEAT]
    if twice:
        raise Refused(400, "a header stands twice")
    headers = dict(pairs)
    keeps = found[3] == b"1" and headers.get("connection", "").lower() != "close"
    return Head(found[1].decode(), found[2].decode(), headers, keeps)

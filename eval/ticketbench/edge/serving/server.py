"""The engines over real HTTP, on the loopback interface only.

Whatever else runs on this machine may connect, and a web page may try to: it is told from a program
by the headers that browsers send, and nobody can take more than a share of the machine.
"""

from __future__ import annotations

import json
import re
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.shapes.batch import BATCHES, CONTENT_TYPE, MOST_BYTES
from ticketbench.edge.contract import Reply
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.batches.memory import Batches
from ticketbench.edge.serving.request import MOST_BODY_BYTES, Gone, Head, Incoming, Refused
from ticketbench.edge.serving.service import Service
from ticketbench.edge.serving.shapes.model import Limits
from ticketbench.edge.serving.shapes.questions import MOST_CHOICES

HOST = "127.0.0.1"
LIMITS = Limits(labels=MOST_CHOICES, characters=20_000, questions=400, options=1_000, phrases=2_000)
MOST_WORKERS = 16
MOST_CONNECTIONS = 64

_JSON = "application/json"
_LOCAL_NAMES = ("127.0.0.1", "localhost")
_HOST_HEADER = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]+)?")
_MOST_TURNED_AWAY = 64
_SEND_S = 10.0
_LINGER_S = 1.0
_MOST_LINGER_BYTES = 4_000_000


class ClassifyServer(socketserver.ThreadingTCPServer):
    """Serves `service` on 127.0.0.1; port 0 takes a free one. Use it as a context manager.

    At most 16 questions are worked on, 64 connections kept and one batch uploaded at a time; more
    are answered with 503. `conduct` says how batches are treated.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service: Service, *, port: int = 0, conduct: Conduct | None = None) -> None:
        self.batches = Batches(conduct)
        super().__init__((HOST, port), _Handler)
        self.service = replace(service, limits=LIMITS, batches=self.batches)
        self.uploads = threading.BoundedSemaphore(1)
        self.workers = threading.BoundedSemaphore(MOST_WORKERS)
        self.connections = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self.turned_away = threading.BoundedSemaphore(_MOST_TURNED_AWAY)

    @property
    def url(self) -> str:
        """The full URL of /classify, with the engine's name and version in its path."""
        return f"{self.root}{self.service.engine.path}"

    @property
    def root(self) -> str:
        """The URL that the paths of the other shapes are appended to."""
        return f"http://{HOST}:{self.server_address[1]}"

    def origins(self) -> tuple[str, ...]:
        """What a page of this very server would be called, of which there is none."""
        return tuple(f"http://{name}:{self.server_address[1]}" for name in _LOCAL_NAMES)

    def server_close(self) -> None:
        """Listen no more, and end the work on batches."""
        super().server_close()
        self.batches.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One line about a bug, never a traceback; a client that went away is none."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            name = type(error).__name__
            sys.stderr.write(f"error: this is a bug in ticketbench ({name})\n")


class _Handler(socketserver.BaseRequestHandler):
    server: ClassifyServer
    request: socket.socket

    def handle(self) -> None:
        """Answer request after request until the client goes, or one is refused."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError, Gone):
            if self.server.connections.acquire(blocking=False):
                try:
                    self._serve()
                finally:
                    self.server.connections.release()
            elif self.server.turned_away.acquire(blocking=False):
                try:
                    self._refuse(Refused(503, "too many connections"))
                finally:
                    self.server.turned_away.release()

    def _serve(self) -> None:
        incoming, goes_on = Incoming(self.request), True
        while goes_on:
            try:
                goes_on = self._answer_next(incoming)
            except Refused as refused:
                self._refuse(refused)
                return

    def _answer_next(self, incoming: Incoming) -> bool:
        """Read one request and answer it; whether the connection is kept."""
        head = incoming.head()
        self._refuse_web_pages(head)
        reply = self._uploaded(incoming, head) if _is_upload(head) else self._asked(incoming, head)
        self._send(reply, with_body=head.method != "HEAD", keeps_open=head.keeps_open)
        return head.keeps_open

    def _refuse_web_pages(self, head: Head) -> None:
        """A page can make its visitor's browser send requests here, but not hide that it did."""
        headers = head.headers
        if _HOST_HEADER.fullmatch(headers.get("host", "")) is None:
            raise Refused(403, "this server answers only to localhost")
        if headers.get("origin", self.server.origins()[0]) not in self.server.origins():
            raise Refused(403, "this server answers no web pages (Origin)")
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refused(403, "this server answers no web pages (Sec-Fetch-Site)")
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        wanted = CONTENT_TYPE if _is_upload(head) else _JSON
        if head.method == "POST" and media != wanted:
            raise Refused(403, f"send Content-Type: {wanted}")

    def _uploaded(self, incoming: Incoming, head: Head) -> Reply:
        """One at a time, since an upload may take 200 times the memory of a question."""
        if not self.server.uploads.acquire(blocking=False):
            raise Refused(503, "another batch is being uploaded")
        try:
            return self._asked(incoming, head, MOST_BYTES)
        finally:
            self.server.uploads.release()

    def _asked(self, incoming: Incoming, head: Head, most: int = MOST_BODY_BYTES) -> Reply:
        body = incoming.body(head, most)
        with self._worker(incoming.left_s()):
            return self._reply(head, body)

    @contextmanager
    def _worker(self, wait_s: float) -> Iterator[None]:
        if not self.server.workers.acquire(timeout=wait_s):
            raise Refused(503, "too many questions at once")
        try:
            yield
        finally:
            self.server.workers.release()

    def _reply(self, head: Head, body: bytes) -> Reply:
        try:
            return self.server.service.handle(head.method, head.path, head.headers, body)
        except TicketbenchError as error:
            return Reply(500, json.dumps({"detail": str(error)}).encode())

    def _refuse(self, refused: Refused) -> None:
        """Answer and hang up: an unread body must not be taken for the next request."""
        wait = "1" if refused.status == 503 else ""
        reply = Reply(refused.status, json.dumps({"detail": str(refused)}).encode(), wait)
        self._send(reply, with_body=True, keeps_open=False)
        self._drain()

    def _drain(self) -> None:
        """Read what still comes for a moment: closing at once would destroy the answer."""
        self.request.shutdown(socket.SHUT_WR)
        until, left = time.monotonic() + _LINGER_S, _MOST_LINGER_BYTES
        while left > 0 and (wait_s := until - time.monotonic()) > 0:
            self.request.settimeout(wait_s)
            content = self.request.recv(65_536)
            if not content:
                return
            left -= len(content)

    def _send(self, reply: Reply, *, with_body: bool, keeps_open: bool) -> None:
        lines = [
            f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}",
            f"Content-Type: {reply.content_type or _JSON}",
            f"Content-Length: {len(reply.body)}",
        ]
        lines += [f"Retry-After: {reply.retry_after}"] if reply.retry_after else []
        lines += [] if keeps_open else ["Connection: close"]
        head = "\r\n".join((*lines, "", "")).encode("ascii")
        self.request.settimeout(_SEND_S)
        self.request.sendall(head + (reply.body if with_body else b""))


def _is_upload(head: Head) -> bool:
    return head.method == "POST" and head.path.partition("?")[0].endswith(BATCHES)

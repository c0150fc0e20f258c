"""POST /classify over real HTTP, on the loopback interface only."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ticketbench.edge.contract import MOST_ANSWER_BYTES, Reply
from ticketbench.edge.serving.service import Service

HOST = "127.0.0.1"
_LOCAL_NAMES = ("127.0.0.1", "localhost")
_MOST_BODY_BYTES = 16 * MOST_ANSWER_BYTES


class ClassifyServer(ThreadingHTTPServer):
    """Serves `service` on 127.0.0.1; port 0 takes a free one. Use it as a context manager."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service: Service, *, port: int = 0) -> None:
        super().__init__((HOST, port), _Handler)
        self.service = service

    @property
    def url(self) -> str:
        """The full URL of /classify, with the engine's name and version in its path."""
        return f"http://{HOST}:{self.server_address[1]}{self.service.engine.path}"


class _Handler(BaseHTTPRequestHandler):
    server: ClassifyServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write per answer
    disable_nagle_algorithm = True
    timeout = 60

    def do_POST(self) -> None:
        """Answer one request of any method; the service says which ones it takes."""
        if not self._is_local():
            self._refuse(403, "this server answers only to localhost")
            return
        body = self._body()
        if body is not None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(self.server.service.handle(self.command, self.path, headers, body))

    do_GET = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_POST

    def _is_local(self) -> bool:
        """Refuse names that point here from outside (DNS rebinding)."""
        return self.headers.get("Host", "").rsplit(":", 1)[0] in _LOCAL_NAMES

    def _body(self) -> bytes | None:
        """The request body; None after refusing one of unknown or too great length."""
        length = self.headers.get("Content-Length")
        if length is None and self.command != "POST":
            return b""
        if not length or not length.isascii() or not length.isdigit():
            self._refuse(411, "send Content-Length")
            return None
        if len(length) > 9 or int(length) > _MOST_BODY_BYTES:
            self._refuse(413, "the body is too large")
            return None
        return self.rfile.read(int(length))

    def _refuse(self, status: int, detail: str) -> None:
        """Answer and hang up: an unread body must not be taken for the next request."""
        self.close_connection = True
        self._send(Reply(status, json.dumps({"detail": detail}).encode()))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: request lines would bury the talk of the command on stderr."""

"""POST /classify over real HTTP, on the loopback interface only."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ticketbench.edge.contract import MOST_ANSWER_BYTES
from ticketbench.edge.service import Reply, Service

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
        body = self._body()
        if body is None:
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.service.handle("POST", self.path, headers, body))

    def do_GET(self) -> None:
        if self._is_local():
            self._send(self.server.service.handle("GET", self.path, {}, b""))

    def _is_local(self) -> bool:
        """Refuse names that point here from outside (DNS rebinding)."""
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        if host not in _LOCAL_NAMES:
            self._send(Reply(403, b'{"detail":"this server answers only to localhost"}'))
            return False
        return True

    def _body(self) -> bytes | None:
        if not self._is_local():
            return None
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self.close_connection = True
            self._send(Reply(411, b'{"detail":"send Content-Length"}'))
            return None
        if int(length) > _MOST_BODY_BYTES:
            self.close_connection = True
            self._send(Reply(413, b'{"detail":"the body is too large"}'))
            return None
        return self.rfile.read(int(length))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: request lines would bury the talk of the command on stderr."""

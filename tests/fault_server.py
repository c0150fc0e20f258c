"""A /classify server on 127.0.0.1 that answers what a test tells it, and answers that are wrong.

`FaultServer` gives a valid answer to everything until `script` or `plan` say otherwise. It keeps
what it was asked in `seen`.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, Literal

LABELS = ("billing", "technical")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived; header names in lower case, `at` on the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    port: int
    at: float
    method: str = "POST"

    @property
    def text(self) -> str:
        """The ticket text of the request."""
        return str(json.loads(self.body)["text"])


@dataclass(frozen=True, slots=True)
class Step:
    """How to answer one request.

    body         None is a valid answer to the request
    delay_s      wait before the answer
    drop         close the connection without an answer
    reset        close it with RST: without an answer, or within one that is cut
    stall        send nothing at all until the server is stopped
    cut          announce this many bytes more than are sent, then close; where nothing is
                 announced, leave out so many at the end
    framing      how the end of the body is told: by its length, in chunks, or by closing
    drip_s       wait this long before each byte of the body
    head_drip_s  wait this long before each byte of the head
    """

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    delay_s: float = 0.0
    drop: bool = False
    reset: bool = False
    stall: bool = False
    cut: int = 0
    framing: Literal["length", "chunked", "close"] = "length"
    drip_s: float = 0.0
    head_drip_s: float = 0.0


class FaultServer(ThreadingHTTPServer):
    """Runs in a thread between `with` and its end; speaks TLS when it is given a context."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *steps: Step, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self._scheme = "https" if tls else "http"
        if tls is not None:
            # The handshake is left to the thread of each connection.
            self.socket = tls.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )
        self.seen: list[Seen] = []
        self.plan: Callable[[Seen], Step] = lambda seen: Step()
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        if steps:
            self.script(*steps)

    @property
    def url(self) -> str:
        """The full URL of /classify."""
        return f"{self._scheme}://127.0.0.1:{self.server_address[1]}/classify"

    def script(self, *steps: Step) -> None:
        """Answer with these steps in turn, then with the last one for ever."""
        left = list(steps)
        self.plan = lambda seen: left.pop(0) if len(left) > 1 else left[0]

    def by_text(self, steps: Mapping[str, Step]) -> None:
        """Answer by ticket text; other texts get a valid answer."""
        self.plan = lambda seen: steps.get(seen.text, Step())

    def in_turn(self, steps: Mapping[str, Sequence[Step]]) -> None:
        """Answer each question about one of these texts with its steps in turn, then with the
        last one for ever; other texts get a valid answer.
        """
        asked: Counter[bytes] = Counter()

        def plan(seen: Seen) -> Step:
            own = steps.get(seen.text, (Step(),))
            asked[seen.body] += 1
            return own[min(asked[seen.body], len(own)) - 1]

        self.plan = plan

    def requests_for(self, text: str) -> list[Seen]:
        """What was asked about one text, in order."""
        return [seen for seen in self.seen if seen.text == text]

    def step_for(self, seen: Seen) -> Step:
        """Count a request and decide what it gets."""
        with self._lock:
            self.seen.append(seen)
            return self.plan(seen)

    def hangs_up_on(self, path: str) -> bool:
        """Whether to reset the connection before the body of a request is read."""
        return False

    def server_bind(self) -> None:
        """Bind without asking the name service for the name of 127.0.0.1."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of many tests."""

    def __enter__(self) -> FaultServer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopped.set()
        self.close()

    def close(self) -> None:
        """Listen no more: whoever connects from now on is refused."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: FaultServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        if self.server.hangs_up_on(self.path):
            self._reset()
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:  # the client was killed while it sent: no request arrived
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        port, now = self.client_address[1], time.monotonic()
        seen = Seen(self.path, headers, body, port, now, self.command)
        step = self.server.step_for(seen)
        if step.stall:
            self.server.stopped.wait(30)
        if step.delay_s:
            self.server.stopped.wait(step.delay_s)
        if step.reset and not step.cut:
            self._reset()
        if step.drop or step.stall or (step.reset and not step.cut):
            self.close_connection = True
            return
        self._send(step, valid_answer(body) if step.body is None else step.body)

    def _send(self, step: Step, content: bytes) -> None:
        head = self._head(step, len(content))
        if step.framing == "close" and step.cut:
            content = content[: -step.cut]
        if step.framing == "chunked":
            end = b"" if step.cut else b"\r\n0\r\n\r\n"
            content = f"{len(content) + step.cut:x}\r\n".encode() + content + end
        if self._written(head, step.head_drip_s) and self._written(content, step.drip_s):
            self.wfile.flush()
        if step.reset:
            self._reset()
        broken = step.cut or step.drip_s or step.head_drip_s or step.framing == "close"
        self.close_connection = self.close_connection or bool(broken)

    def _head(self, step: Step, length: int) -> bytes:
        """The status line and the headers, gathered as they would be sent."""
        written, self.wfile = self.wfile, io.BytesIO()
        self.send_response(step.status)
        for name, value in step.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", step.content_type)
        if step.framing == "length":
            self.send_header("Content-Length", str(length + step.cut))
        if step.framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        head = self.wfile.getvalue()
        self.wfile = written
        return head

    def _written(self, content: bytes, drip_s: float) -> bool:
        """Write `content`, slowly when asked to; false when the server was stopped meanwhile."""
        if not drip_s:
            self.wfile.write(content)
            return True
        for i in range(len(content)):
            self.wfile.write(content[i : i + 1])
            self.wfile.flush()
            if self.server.stopped.wait(drip_s):
                return False
        return True

    def _reset(self) -> None:
        """Close without a goodbye: what is unsent is lost, and the other side is told so."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The object's own close would wait for the files that are made of it.
        os.close(self.connection.detach())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def closed_url() -> str:
    """A URL on this machine where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return _url_of(sock)


@contextmanager
def silent_url() -> Iterator[str]:
    """A URL where connections come about and nobody ever accepts or answers them."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        yield _url_of(listening)


@contextmanager
def crowded_url() -> Iterator[str]:
    """A URL whose queue of connections is full: a new one never comes about."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(16):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield _url_of(listening)


def _url_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}/classify"


@cache
def gzip_bomb() -> Step:
    """An answer of 200 kB that unpacks to 200 MB."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        for _ in range(200):
            file.write(b" " * 1_000_000)
    return Step(body=packed.getvalue(), headers={"Content-Encoding": "gzip"})


def valid_answer(request: bytes) -> bytes:
    """A valid answer to a request body: the label named in the text, else the first, gets most."""
    data = json.loads(request)
    names = [entry["name"] for entry in data["labels"]]
    top = next((name for name in names if name in data["text"]), names[0])
    rest = 0.4 / (len(names) - 1)
    scores = {name: 0.6 if name == top else rest for name in names}
    return json.dumps({"top_label": top, "scores": scores}).encode()


def _answer(scores: str, top: str = '"billing"', more: str = "") -> bytes:
    return f'{{"scores": {{{scores}}}, "top_label": {top}{more}}}'.encode()


_FAIR = '"billing": 0.6, "technical": 0.4'


def _list(text: str) -> bytes:
    return _answer(_FAIR, more=f', "labels": {text}')


BAD_ANSWERS: Mapping[str, bytes] = {
    "missing_label": _answer('"billing": 1.0'),
    "extra_label": _answer('"billing": 0.6, "technical": 0.3, "account": 0.1'),
    "other_spelling": _answer('"Billing": 0.6, "technical": 0.4', '"technical"'),
    "no_scores": b'{"top_label": "billing"}',
    "scores_is_a_list": b'{"scores": [0.6, 0.4], "top_label": "billing"}',
    "scores_is_null": b'{"scores": null, "top_label": "billing"}',
    "root_is_a_list": b'[{"billing": 0.6, "technical": 0.4}]',
    "root_is_a_number": b"1",
    "root_is_null": b"null",
    "string_score": _answer('"billing": "0.6", "technical": 0.4'),
    "true_score": _answer('"billing": true, "technical": 0'),
    "false_score": _answer('"billing": 1, "technical": false'),
    "null_score": _answer('"billing": null, "technical": 1.0', '"technical"'),
    "list_score": _answer('"billing": [0.6], "technical": 0.4'),
    "negative_score": _answer('"billing": 1.1, "technical": -0.1'),
    "slightly_negative_score": _answer('"billing": 1.0, "technical": -0.0001'),
    "score_over_1": _answer('"billing": 1.0001, "technical": 0.0'),
    "nan_score": _answer('"billing": NaN, "technical": 0.4'),
    "infinite_score": _answer('"billing": Infinity, "technical": 0.4'),
    "minus_infinite_score": _answer('"billing": 1, "technical": -Infinity'),
    "score_1e999": _answer('"billing": 1e999, "technical": 0.4'),
    "score_of_400_digits": _answer(f'"billing": 1{"0" * 400}, "technical": 0.4'),
    "score_of_5000_digits": _answer(f'"billing": 1{"0" * 5000}, "technical": 0.4'),
    "label_twice": _answer('"billing": 0.6, "technical": 0.4, "billing": 0.6'),
    "scores_twice": _answer(_FAIR, more=f', "scores": {{{_FAIR}}}'),
    "top_label_twice": _answer(_FAIR, more=', "top_label": "billing"'),
    "byte_order_mark": b"\xef\xbb\xbf" + _answer(_FAIR),
    "utf_16": _answer(_FAIR).decode().encode("utf-16"),
    "utf_32": _answer(_FAIR).decode().encode("utf-32"),
    "not_utf_8": _answer(_FAIR, more=', "note": "\xff"').decode().encode("latin-1"),
    "deep_nesting": b"[" * 200_000,
    "deep_nesting_of_objects": b'{"a":' * 200_000,
    "sum_too_low": _answer('"billing": 0.58, "technical": 0.40'),
    "sum_too_high": _answer('"billing": 0.62, "technical": 0.40'),
    "sum_off_in_three_decimals": _answer('"billing": 0.601, "technical": 0.401'),
    "sum_off_in_full_precision": _answer('"billing": 0.6000019, "technical": 0.4000001'),
    "sum_off_with_printed_zeros": _answer('"billing": 0.6000, "technical": 0.3900'),
    "sum_of_0": _answer('"billing": 0.0, "technical": 0.0'),
    "top_label_not_arg_max": _answer(_FAIR, '"technical"'),
    "top_label_unknown": _answer(_FAIR, '"account"'),
    "top_label_missing": f'{{"scores": {{{_FAIR}}}}}'.encode(),
    "top_label_null": _answer(_FAIR, "null"),
    "top_label_number": _answer(_FAIR, "0"),
    "top_label_list": _answer(_FAIR, '["billing"]'),
    "top_label_object": _answer(_FAIR, '{"billing": 0.6}'),
    "list_disagrees": _list(
        '[{"label": "billing", "score": 0.7}, {"label": "technical", "score": 0.3}]'
    ),
    "list_too_short": _list('[{"label": "billing", "score": 0.6}]'),
    "list_empty": _list("[]"),
    "list_has_a_label_twice": _list(
        '[{"label": "billing", "score": 0.6}, {"label": "billing", "score": 0.6}]'
    ),
    "list_has_another_label": _list(
        '[{"label": "billing", "score": 0.6}, {"label": "account", "score": 0.4}]'
    ),
    "list_without_scores": _list('[{"label": "billing"}, {"label": "technical"}]'),
    "list_with_a_string_score": _list(
        '[{"label": "billing", "score": "0.6"}, {"label": "technical", "score": 0.4}]'
    ),
    "list_with_a_huge_score": _list(
        f'[{{"label": "billing", "score": 1{"0" * 400}}}, {{"label": "technical", "score": 0.4}}]'
    ),
    "list_with_a_list_label": _list(
        '[{"label": ["billing"], "score": 0.6}, {"label": "technical", "score": 0.4}]'
    ),
    "list_is_a_number": _list("3"),
    "list_is_an_object": _list(f"{{{_FAIR}}}"),
    "list_of_strings": _list('["billing", "technical"]'),
    "not_json": b"<html>Service portal</html>",
    "empty": b"",
    "half_an_answer": _answer(_FAIR)[:-5],
    "two_answers": _answer(_FAIR) * 2,
    "error_object": b'{"error": "model not loaded"}',
    "too_large": _answer(_FAIR, more=f', "padding": "{"x" * 1_000_000}"'),
    "far_too_large": _answer(_FAIR, more=f', "padding": "{"x" * 5_000_000}"'),
}
"""Bodies with status 200 that are no answer to a question about LABELS, by what is wrong."""

"""A /classify server on 127.0.0.1 that answers what a test tells it, and answers that are wrong.

`FaultServer` gives a valid answer to everything until `script` or `plan` say otherwise. It keeps
what it was asked in `seen`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

LABELS = ("billing", "technical")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived; header names in lower case, `at` on the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    port: int
    at: float

    @property
    def text(self) -> str:
        """The ticket text of the request."""
        return str(json.loads(self.body)["text"])


@dataclass(frozen=True, slots=True)
class Step:
    """How to answer one request.

    body     None is a valid answer to the request
    delay_s  wait before the answer
    drop     close the connection without an answer
    stall    send nothing at all until the server is stopped
    cut      announce this many bytes more than are sent, then close
    drip_s   wait this long before each byte of the body
    """

    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False
    stall: bool = False
    cut: int = 0
    drip_s: float = 0.0


class FaultServer(ThreadingHTTPServer):
    """Runs in a thread between `with` and its end."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *steps: Step) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
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
        return f"http://127.0.0.1:{self.server_address[1]}/classify"

    def script(self, *steps: Step) -> None:
        """Answer with these steps in turn, then with the last one for ever."""
        left = list(steps)
        self.plan = lambda seen: left.pop(0) if len(left) > 1 else left[0]

    def by_text(self, steps: Mapping[str, Step]) -> None:
        """Answer by ticket text; other texts get a valid answer."""
        self.plan = lambda seen: steps.get(seen.text, Step())

    def step_for(self, seen: Seen) -> Step:
        """Count a request and decide what it gets."""
        with self._lock:
            self.seen.append(seen)
            return self.plan(seen)

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
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: FaultServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.path, headers, body, self.client_address[1], time.monotonic())
        step = self.server.step_for(seen)
        if step.stall:
            self.server.stopped.wait(30)
        if step.delay_s:
            self.server.stopped.wait(step.delay_s)
        if step.drop or step.stall:
            self.close_connection = True
            return
        self._send(step, valid_answer(body) if step.body is None else step.body)

    def _send(self, step: Step, content: bytes) -> None:
        self.send_response(step.status)
        for name, value in step.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content) + step.cut))
        self.end_headers()
        if step.drip_s:
            for i in range(len(content)):
                self.wfile.write(content[i : i + 1])
                self.wfile.flush()
                if self.server.stopped.wait(step.drip_s):
                    break
        else:
            self.wfile.write(content)
        self.wfile.flush()
        self.close_connection = self.close_connection or bool(step.cut or step.drip_s)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


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

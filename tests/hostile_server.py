"""A /classify server on 127.0.0.1 that strikes some questions with one of many kinds of answers.

    python hostile_server.py SHARE [KIND ...]    first stdout line: the base URL

POST BASE/classify asks. SHARE in percent of the questions are struck, by a hash of the request: the
same ones in every run and on every retry, with the kind that another part of the hash names. POST
BASE/calm ends it: from then on every question gets a right answer. `truth` computes the only right
answer, so that every stored score can be checked without the server.

`KINDS` are the ways to answer, each a function from the connection (the request is read already)
and the right answer; after it the connection is closed. None of them stops a run by itself.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Literal

Fails = Literal["contract", "http", "network", "timeout"] | None
Send = Callable[[socket.socket, bytes], None]

PAUSE_S = 0.05
SILENCE_S = 3.0
"""Longer than the tests wait for an answer."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to answer; the kind of failure that it is for the question, None for an answer."""

    send: Send
    fails: Fails


KINDS: dict[str, Kind] = {}


def kind(fails: Fails) -> Callable[[Send], Send]:
    """Register a way to answer under its name, with blanks."""

    def register(send: Send) -> Send:
        KINDS[send.__name__.replace("_", " ")] = Kind(send, fails)
        return send

    return register


def truth(request: bytes) -> bytes:
    """The only right answer to a request body: four decimals, by a hash of text and rubric."""
    asked = json.loads(request)
    names = [label["name"] for label in asked["labels"]]
    digest = hashlib.sha256((asked["text"] + asked["labels"][0]["rubric"]).encode()).digest()
    weights = [1 + digest[i] for i in range(len(names))]
    scores = [round(weight / sum(weights), 4) for weight in weights]
    scores[0] = round(1 - sum(scores[1:]), 4)
    top = names[scores.index(max(scores))]
    return json.dumps({"scores": dict(zip(names, scores, strict=True)), "top_label": top}).encode()


def stray(right: bytes) -> bytes:
    """A whole answer to the labels of `right` that is wrong: the last one gets everything."""
    names = list(json.loads(right)["scores"])
    scores = {name: float(name == names[-1]) for name in names}
    return message(json.dumps({"scores": scores, "top_label": names[-1]}).encode())


def message(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole HTTP answer with its length."""
    told = ["Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([f"HTTP/1.1 {status}", *told, "", ""]).encode() + body


def chunked(body: bytes, size: int, end: bytes = b"0\r\n\r\n") -> Iterator[bytes]:
    """Head and chunks of an HTTP answer without a length."""
    yield (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for i in range(0, len(body), size):
        part = body[i : i + size]
        yield b"%x\r\n%b\r\n" % (len(part), part)
    yield end


def slowly(client: socket.socket, content: bytes) -> None:
    """A byte now and then, for longer than anybody waits."""
    until = time.monotonic() + SILENCE_S
    for i in range(len(content)):
        client.sendall(content[i : i + 1])
        if time.monotonic() > until:
            break
        time.sleep(PAUSE_S)
    silence(client)


def silence(client: socket.socket) -> None:
    """Nothing more, until the other side goes away."""
    client.settimeout(SILENCE_S)
    with suppress(OSError):
        client.recv(1)


def reset(client: socket.socket) -> None:
    """Close without a goodbye."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def changed(right: bytes, **fields: object) -> bytes:
    """The right answer with other fields, whole."""
    return message(json.dumps({**json.loads(right), **fields}).encode())


# --- right answers in unusual forms


@kind(None)
def in_chunks(client: socket.socket, right: bytes) -> None:
    for part in chunked(right, 7):
        client.sendall(part)


@kind(None)
def ended_by_closing(client: socket.socket, right: bytes) -> None:
    client.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + right)


@kind(None)
def after_a_hundred_continue(client: socket.socket, right: bytes) -> None:
    client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    time.sleep(PAUSE_S)
    client.sendall(message(right))


@kind(None)
def with_a_line_end_behind_it(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right) + b"\r\n")


@kind(None)
def packed(client: socket.socket, right: bytes) -> None:
    client.sendall(message(gzip.compress(right), "Content-Encoding: gzip"))


# --- too large


@kind("contract")
def too_large(client: socket.socket, right: bytes) -> None:
    client.sendall(message(b" " * 1_100_000 + right))


@kind("contract")
def too_large_in_chunks(client: socket.socket, right: bytes) -> None:
    for part in chunked(b" " * 3_000_000 + right, 50_000):
        client.sendall(part)


@kind("contract")
def too_large_without_a_length(client: socket.socket, right: bytes) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    client.sendall(b" " * 3_000_000 + right)


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * 8_000_000, 1)


@kind("contract")
def too_large_when_unpacked(client: socket.socket, right: bytes) -> None:
    client.sendall(message(_bomb(), "Content-Encoding: gzip"))


@kind("network")
def a_head_that_is_too_large(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right, "X-Padding: " + "x" * 200_000))


@kind("network")
def too_many_header_lines(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right, *(f"X-{i}: {'x' * 40}" for i in range(5_000))))


# --- too slow


@kind("timeout")
def a_slow_head(client: socket.socket, right: bytes) -> None:
    slowly(client, message(right))


@kind("timeout")
def a_slow_body(client: socket.socket, right: bytes) -> None:
    whole = message(right)
    at = len(whole) - len(right)
    client.sendall(whole[:at])
    slowly(client, whole[at:])


@kind("timeout")
def slow_chunks(client: socket.socket, right: bytes) -> None:
    slowly(client, b"".join(chunked(right, 1)))


@kind("timeout")
def half_a_body_then_silence(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right)[: -len(right) // 2])
    silence(client)


@kind("timeout")
def silence_from_the_start(client: socket.socket, right: bytes) -> None:
    silence(client)


@kind("timeout")
def hundred_continue_for_ever(client: socket.socket, right: bytes) -> None:
    for _ in range(int(SILENCE_S / PAUSE_S)):
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(PAUSE_S)


# --- broken off


@kind("network")
def closed(client: socket.socket, right: bytes) -> None:
    pass


@kind("network")
def reset_at_once(client: socket.socket, right: bytes) -> None:
    reset(client)


@kind("network")
def cut_off(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right)[:-5])


@kind("network")
def cut_off_within_the_head(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right)[:40])


@kind("network")
def cut_off_in_chunks(client: socket.socket, right: bytes) -> None:
    client.sendall(b"".join(chunked(right, 20, end=b"")))


@kind("network")
def reset_within_the_body(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right)[:-5])
    time.sleep(PAUSE_S)
    reset(client)


@kind("network")
def cut_off_when_packed(client: socket.socket, right: bytes) -> None:
    client.sendall(message(gzip.compress(right)[:-10], "Content-Encoding: gzip"))


# --- no HTTP


@kind("network")
def noise(client: socket.socket, right: bytes) -> None:
    client.sendall(b"\x15\x03\x03\x00\x02\x02\x28" * 20)


@kind("network")
def a_length_that_is_no_number(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right).replace(b"Content-Length: ", b"Content-Length: -"))


@kind("network")
def two_lengths(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right, "Content-Length: 7"))


@kind("network")
def a_chunk_size_that_is_no_number(client: socket.socket, right: bytes) -> None:
    client.sendall(b"".join(chunked(right, 20)).replace(b"\r\n14\r\n", b"\r\nzz\r\n"))


# --- answers that nobody asked for


@kind("contract")
def a_second_answer_in_one_piece(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right) + stray(right))


@kind(None)
def a_second_answer_a_little_later(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right))
    time.sleep(0.004)
    with suppress(OSError):
        client.sendall(stray(right))


@kind(None)
def a_second_answer_much_later(client: socket.socket, right: bytes) -> None:
    client.sendall(message(right))
    time.sleep(0.15)
    with suppress(OSError):
        client.sendall(stray(right))


# --- refusals


def _refusing(status: str, fails: Fails = "http") -> None:
    def send(client: socket.socket, right: bytes) -> None:
        client.sendall(message(b'{"detail": "not now"}', status=status))

    KINDS[f"status {status[:3]}"] = Kind(send, fails)


for _status in ("400 Bad Request", "413 Too Large", "422 Unprocessable", "429 Too Many"):
    _refusing(_status)
for _status in ("500 Error", "502 Bad Gateway", "503 Unavailable", "504 Timeout"):
    _refusing(_status)


# --- no answer to the question


@kind("contract")
def not_json(client: socket.socket, right: bytes) -> None:
    client.sendall(message(b"the model is starting"))


@kind("contract")
def a_label_is_missing(client: socket.socket, right: bytes) -> None:
    scores = json.loads(right)["scores"]
    scores.popitem()
    client.sendall(changed(right, scores=scores))


@kind("contract")
def a_label_too_many(client: socket.socket, right: bytes) -> None:
    client.sendall(changed(right, scores={**json.loads(right)["scores"], "other": 0.0}))


@kind("contract")
def a_score_that_is_no_number(client: socket.socket, right: bytes) -> None:
    scores = dict.fromkeys(json.loads(right)["scores"], float("nan"))
    client.sendall(changed(right, scores=scores))


@kind("contract")
def a_sum_that_is_not_1(client: socket.socket, right: bytes) -> None:
    client.sendall(changed(right, scores=dict.fromkeys(json.loads(right)["scores"], 0.9)))


@kind("contract")
def another_top_label(client: socket.socket, right: bytes) -> None:
    scores = json.loads(right)["scores"]
    client.sendall(changed(right, top_label=min(scores, key=scores.__getitem__)))


@kind("contract")
def deep_nesting(client: socket.socket, right: bytes) -> None:
    client.sendall(message(b"[" * 100_000))


class HostileServer:
    """Runs in threads between `with` and its end."""

    def __init__(
        self, choose: Callable[[bytes], Kind | None], tls: ssl.SSLContext | None = None
    ) -> None:
        self._choose, self._tls = choose, tls
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.base = f"{'https' if tls else 'http'}://127.0.0.1:{self._listening.getsockname()[1]}"
        self.asked = 0
        self._calm = False

    @property
    def url(self) -> str:
        """The full URL of /classify."""
        return f"{self.base}/classify"

    def __enter__(self) -> HostileServer:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def serve(self) -> None:
        """Accept until the socket is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def calm_down(self) -> None:
        """From now on every question gets a right answer."""
        self._calm = True

    def _answer(self, client: socket.socket) -> None:
        if self._tls is not None:
            client = self._tls.wrap_socket(client, server_side=True)
        with suppress(OSError), client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            path, body = _request(client)
            if path == "/calm":
                self.calm_down()
                client.sendall(message(b"{}"))
                return
            self.asked += 1
            struck = None if self._calm else self._choose(body)
            if struck is None:
                client.sendall(message(truth(body)))
            else:
                struck.send(client, truth(body))
            with suppress(OSError):
                client.shutdown(socket.SHUT_WR)


def _request(client: socket.socket) -> tuple[str, bytes]:
    """Path and body; ConnectionError where the client has gone before it asked anything."""
    with client.makefile("rb") as lines:
        first, length = lines.readline(65_536), 0
        if not first:
            raise ConnectionError("nothing was asked")
        while (line := lines.readline(65_536)) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return first.split()[1].decode(), lines.read(length)


def by_hash(share: float, kinds: list[Kind]) -> Callable[[bytes], Kind | None]:
    """Strike `share` percent of the questions, each with one of `kinds`, by a hash of both."""

    def choose(body: bytes) -> Kind | None:
        digest = hashlib.sha256(body).digest()
        if int.from_bytes(digest[:4], "big") % 10_000 >= share * 100:
            return None
        return kinds[int.from_bytes(digest[4:8], "big") % len(kinds)]

    return choose


@contextmanager
def standing(share: float, *names: str) -> Iterator[str]:
    """The URL of a server in a process of its own; without names, every kind strikes."""
    command = [sys.executable, __file__, str(share), *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip() + "/classify"
        finally:
            process.kill()


@contextmanager
def striking(share: float, *names: str) -> Iterator[HostileServer]:
    """A server that strikes `share` percent of the questions with these kinds."""
    with HostileServer(by_hash(share, [KINDS[name] for name in names])) as server:
        yield server


if __name__ == "__main__":
    _named = [KINDS[name] for name in sys.argv[2:]] or list(KINDS.values())
    _server = HostileServer(by_hash(float(sys.argv[1]), _named))
    sys.stdout.write(f"{_server.base}\n")
    sys.stdout.flush()
    _server.serve()

"""Many clients at once against `ticketbench serve`, as a user starts it."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.attack, pytest.mark.loopback]

LABELS = [{"name": name, "rubric": "Is it so?"} for name in ("billing", "technical")]
BODY = json.dumps({"text": "a refund", "labels": LABELS}).encode()


class Serve:
    """A running `serve`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        parts = urlsplit(process.stdout.readline().strip())
        self.process, self.path = process, parts.path
        self.address = ("127.0.0.1", parts.port or 0)
        self.post = (
            f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(BODY)}\r\n\r\n"
        ).encode() + BODY

    def connected(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=30)

    def status(self) -> int:
        """Of one question; 0 when the connection was cut."""
        try:
            with self.connected() as client:
                client.sendall(self.post)
                return int(client.recv(12)[-3:] or 0)
        except OSError:
            return 0


@pytest.fixture
def serve() -> Iterator[Serve]:
    command = [str(Path(sys.executable).with_name("ticketbench")), "serve"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield Serve(process)
        process.terminate()
        _, told = process.communicate(timeout=30)
        assert "Traceback" not in told
        assert "bug" not in told


@pytest.mark.parametrize("n", [100, 300])
def test_connections_at_once_are_answered_or_told_to_wait(serve: Serve, n: int) -> None:
    held = [serve.connected() for _ in range(n)]
    with ThreadPoolExecutor(n) as pool:
        list(pool.map(lambda client: client.sendall(serve.post), held[:64]))
        found = Counter(pool.map(lambda client: int(client.recv(12)[-3:] or 0), held[:100]))
    assert found[200] >= 60
    assert found[200] + found[503] == 100
    for client in held:
        client.close()
    time.sleep(1.5)
    assert serve.status() == 200


def test_questions_at_once_get_an_answer_or_a_503(serve: Serve) -> None:
    with ThreadPoolExecutor(100) as pool:
        found = Counter(pool.map(lambda _: serve.status(), range(1_000)))
    assert found[200] > 500
    assert set(found) <= {200, 503}


@pytest.mark.parametrize("cut", [0, 1, 30, 120, -1, None])
def test_a_storm_of_a_thousand_resets_is_survived(serve: Serve, cut: int | None) -> None:
    for _ in range(1_000):
        client = serve.connected()
        client.sendall(serve.post[:cut])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert serve.status() == 200


def test_64_slow_clients_are_gone_after_ten_seconds(serve: Serve) -> None:
    slow = [serve.connected() for _ in range(64)]
    for client in slow:
        client.sendall(serve.post[:-1])
    time.sleep(0.5)
    assert serve.status() == 503
    time.sleep(12)
    assert serve.status() == 200
    assert {client.recv(12)[-3:] for client in slow} == {b"408"}
    for client in slow:
        client.close()

"""Hostile requests to every shape, over sockets: each gets an answer, and the next one too."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest

from served import OPTIONS, TEXT, served
from ticketbench.edge.serving import request as request_module
from ticketbench.edge.serving.server import ClassifyServer

pytestmark = pytest.mark.loopback

PATHS = ["/v1/systemone", "/v1/scaledown", "/v1/decisions"]
JSON = {"Content-Type": "application/json"}
GOOD = json.dumps(
    {
        "model": "lexical-v1",
        "state": TEXT,
        "questions": {"q": {"type": "choice", "criteria": OPTIONS}},
    }
).encode()
LONG = "charge refund error " * 999
MANY = {f"q{i}": {"type": "noul", "instructions": f"{LONG[:500]}{i}"} for i in range(400)}
BODIES: dict[str, tuple[bytes, tuple[int, ...]]] = {
    "empty": (b"", (400, 422)),
    "deep": (b"[" * 250_000, (400, 422)),
    "deep_state": (b'{"model":"lexical-v1","state":' + b'{"a":' * 40_000, (400, 422)),
    "nan": (b'{"model":"lexical-v1","state":NaN}', (400, 422)),
    "key_twice": (b'{"model":"lexical-v1","model":"lexical-v1"}', (400, 422)),
    "huge_number": (b'{"model":1' + b"0" * 200_000 + b"}", (400, 422)),
    "one_name_of_250_kB": (b'{"model":"' + b"x" * 250_000 + b'"}', (400, 422)),
    "too_large": (b" " * 256_001, (413,)),
    "nul": (b"\0" * 1000, (400, 422)),
    "400_questions_about_20_kB": (
        json.dumps({"model": "lexical-v1", "state": LONG, "questions": MANY}).encode(),
        (200, 400, 422),
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[ClassifyServer]:
    with served() as server:
        yield server


def posted(server: ClassifyServer, path: str, body: bytes) -> tuple[int, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    client.request("POST", path, body, JSON)
    with client.getresponse() as response:
        found = response.status, response.read()
    client.close()
    return found


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_body_is_answered_in_time_and_the_next_one_too(
    server: ClassifyServer, path: str, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    body, statuses = BODIES[name]
    started = time.monotonic()
    status, answer = posted(server, path, body)
    assert status in statuses
    assert json.loads(answer)
    assert posted(server, "/v1/systemone", GOOD)[0] == 200
    assert time.monotonic() - started < 20
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", PATHS)
def test_a_slow_body_is_hung_up_on(
    server: ClassifyServer, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_module, "REQUEST_S", 0.2)
    address = ("127.0.0.1", server.server_address[1])
    with socket.create_connection(address, timeout=5) as client, client.makefile("rb") as answer:
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        client.sendall(f"{head}Content-Length: 500\r\n\r\n{{".encode())
        assert b" 408 " in answer.readline()

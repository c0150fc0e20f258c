"""Whatever a server does, a question ends in time, with its own answer or with none."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from hostile_server import KINDS, HostileServer, stray, striking, truth
from ticketbench.core.classify import ContractViolation
from ticketbench.edge.endpoints import Connection, Reply, Unreached, connect
from ticketbench.edge.endpoints.exchange import Request, exchange, opening
from ticketbench.edge.endpoints.route import Deadline

pytestmark = pytest.mark.loopback

BODY = json.dumps(
    {"text": "refund", "labels": [{"name": "a", "rubric": "?"}, {"name": "b", "rubric": "?"}]}
).encode()
TIMEOUT_S = 0.5


def ask(url: str, timeout_s: float = TIMEOUT_S) -> Reply | Exception:
    try:
        return connect(url, Connection(timeout_s=timeout_s)).ask(url, BODY)
    except (Unreached, ContractViolation) as error:
        return error


def open_sockets() -> int:
    """Sockets of this process."""
    links = []
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            links.append(os.readlink(f"/proc/self/fd/{name}"))
    return sum(link.startswith("socket:") for link in links)


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_answer_ends_in_time_as_what_it_is(name: str) -> None:
    with striking(100, name) as server:
        start = time.monotonic()
        outcome = ask(server.url)
        took_s = time.monotonic() - start
    assert took_s < TIMEOUT_S + 1
    fails = KINDS[name].fails
    if fails in ("network", "timeout"):
        assert isinstance(outcome, Unreached)
        assert outcome.kind == fails
    elif fails == "http":
        assert isinstance(outcome, Reply)
        assert outcome.status == int(name.removeprefix("status "))
    elif name.startswith("too large") or name == "a second answer in one piece":
        assert isinstance(outcome, ContractViolation)
        said = "larger than 1 MB" if name.startswith("too large") else "that nobody asked for"
        assert said in str(outcome)
    else:
        assert isinstance(outcome, Reply)
        assert (outcome.body == truth(BODY)) == (fails is None)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
@pytest.mark.parametrize("fails", ["contract", "network", "timeout", "http"])
def test_no_way_out_of_an_answer_keeps_its_connection(fails: str) -> None:
    name = next(name for name, kind in KINDS.items() if kind.fails == fails)
    with HostileServer(lambda body: KINDS[name]) as server:
        before = open_sockets()
        for _ in range(3):
            ask(server.url, 0.2)
        server.calm_down()
        assert isinstance(ask(server.url), Reply)
        until = time.monotonic() + 10
        while open_sockets() > before and time.monotonic() < until:
            time.sleep(0.01)  # the server's own ends, in this process
        assert open_sockets() <= before


def test_an_answer_that_is_there_before_the_question_is_refused() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    waited = threading.Event()

    def serve() -> None:
        client, _ = listening.accept()
        with client:
            client.sendall(stray(truth(BODY)))
            waited.wait(5)

    threading.Thread(target=serve, daemon=True).start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/classify"
    with listening, socket.create_connection(listening.getsockname()) as sock:
        sock.recv(1, socket.MSG_PEEK)  # now the stray is there
        with pytest.raises(ContractViolation, match="nobody asked for"):
            exchange(sock, Request(opening("POST", "/classify", {"Host": url}), BODY), Deadline(1))
    waited.set()


@contextmanager
def dripping(head: bytes, every_s: float) -> Iterator[str]:
    """A server that sends the head of an answer byte by byte, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client:
                    client.recv(65_536)
                    client.sendall(head)
                    while not done.wait(every_s):
                        client.sendall(b"x")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/classify"
    finally:
        done.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-Padding: "], ids=["status", "header"])
def test_a_head_that_drips_is_given_up_as_too_slow(head: bytes) -> None:
    with dripping(head, 0.05) as url:
        endpoint = connect(url, Connection(timeout_s=0.3))
        start = time.monotonic()
        with pytest.raises(Unreached) as error:
            endpoint.ask(url, b"{}")
    assert (error.value.kind, error.value.attempts) == ("timeout", 2)
    assert time.monotonic() - start < 5

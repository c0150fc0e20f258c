"""A server that takes for ever over the head of its answer does not hold a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from ticketbench.edge.endpoints import Connection, Unreached, connect

pytestmark = pytest.mark.loopback


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

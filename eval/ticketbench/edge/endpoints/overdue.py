"""Connections that are shut down when a server takes too long over the head of its answer.

A read timeout starts again with every byte, so a server that sends a byte now and then would hold
a thread for hours. Bodies are read in pieces and need no watching.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

_LOOK_EVERY_S = 0.25


class Overdue(HTTPError):
    """The connection was shut down since the head of the answer took too long."""


class _Watch:
    """Sockets with the moment at which each is shut down; one thread looks after all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[int, tuple[socket.socket, float]] = {}
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def over(self, watched: Any, seconds: Any) -> Iterator[None]:
        if not isinstance(watched, socket.socket) or not isinstance(seconds, int | float):
            yield
            return
        with self._lock:
            self._until[id(watched)] = (watched, time.monotonic() + seconds)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="overdue", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                _, until = self._until.pop(id(watched))
        if time.monotonic() > until:
            # The library takes a head that was cut off for a whole one.
            raise Overdue

    def _look(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY_S)
            now = time.monotonic()
            with self._lock:
                overdue = [watched for watched, until in self._until.values() if now > until]
            for watched in overdue:
                with contextlib.suppress(OSError):
                    # The plain method: TLS would want to say goodbye, which may take as long.
                    socket.socket.shutdown(watched, socket.SHUT_RDWR)


_WATCH = _Watch()


class _Connection(HTTPConnection):
    def getresponse(self) -> Any:
        with _WATCH.over(self.sock, self.timeout):
            return super().getresponse()


class _TlsConnection(HTTPSConnection):
    def getresponse(self) -> Any:
        with _WATCH.over(self.sock, self.timeout):
            return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


WATCHED_POOLS: dict[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _TlsPool}
"""urllib3's pools by scheme, with connections that are watched."""

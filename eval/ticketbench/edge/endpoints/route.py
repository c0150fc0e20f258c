"""The way to one server: its addresses, and one connection to it within a deadline."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field

_CONNECT_S = 5.0
"""A connection that takes longer comes from an address that does not answer."""


class Deadline:
    """A moment on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left_s(self) -> float:
        """Seconds until then, more than 0. Raises TimeoutError when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(slots=True, eq=False)
class Route:
    """Opens connections to `host`, encrypted where there is a TLS context; for several threads.

    The name is looked up once and again when no address answers; the address that answered last
    is tried first, so that one that does not answer costs its wait once and not in each question.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    _addresses: tuple[str, ...] = field(default=(), init=False)

    def opened(self, deadline: Deadline) -> socket.socket:
        """A new connection. Raises OSError, TimeoutError or ssl.SSLError when there is none."""
        sock = self._connected(deadline)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(deadline.left_s())
            return self.tls.wrap_socket(sock, server_hostname=self.host) if self.tls else sock
        except BaseException:
            sock.close()
            raise

    def _connected(self, deadline: Deadline) -> socket.socket:
        addresses = self._addresses or _looked_up(self.host, self.port)
        failure: OSError = OSError("the name has no address")
        for i, address in enumerate(addresses):
            patience_s = min(_CONNECT_S, deadline.left_s() / (len(addresses) - i))
            try:
                sock = socket.create_connection((address, self.port), patience_s)
            except OSError as error:
                failure = error
            else:
                self._addresses = (address, *(other for other in addresses if other != address))
                return sock
        self._addresses = ()
        raise failure


def _looked_up(host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label of the name is empty or too long
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))

"""The way to one server: its addresses, and one connection to it within a deadline."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field

import h11

from ticketbench.edge.endpoints.proxy import Proxy

_MOST_HEAD = 65_536
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


@dataclass(frozen=True, slots=True)
class _Address:
    """One address of a name, as sockets take it."""

    family: int
    place: tuple[str | int | bytes, ...]

    def connected(self, patience_s: float) -> socket.socket:
        """A connection to it within so many seconds, which are its timeout from then on, too."""
        sock = socket.socket(self.family, socket.SOCK_STREAM)
        try:
            sock.settimeout(patience_s)
            sock.connect(self.place)
        except BaseException:
            sock.close()
            raise
        return sock


class ProxyFailed(OSError):
    """The proxy could not be reached, or made no connection."""


@dataclass(slots=True, eq=False)
class Route:
    """Opens connections to `host`, through a proxy where there is one, encrypted where there is a
    TLS context; for several threads.

    The name is looked up once and again when no address answers; the address that answered last
    is tried first, so that one that does not answer costs its wait once and not in each question.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    proxy: Proxy | None = None
    _addresses: tuple[_Address, ...] = field(default=(), init=False)

    def opened(self, deadline: Deadline) -> socket.socket:
        """A new connection. Raises OSError, among them TimeoutError, ProxyFailed and ssl.SSLError,
        when there is none.
        """
        sock = self._connected(deadline)
        try:
            if self.proxy is not None:
                _pass_through(sock, self.proxy, self.host, self.port, deadline)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is None:
                return sock
            sock.settimeout(deadline.left_s())
            return self.tls.wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise

    def _connected(self, deadline: Deadline) -> socket.socket:
        """A connection to the server, or to the proxy before it."""
        way = self.proxy or self
        addresses = self._addresses or _looked_up(way.host, way.port)
        failure: OSError = OSError("the name has no address")
        for i, address in enumerate(addresses):
            patience_s = min(_CONNECT_S, deadline.left_s() / (len(addresses) - i))
            try:
                sock = address.connected(patience_s)
            except OSError as error:
                failure = error
            else:
                self._addresses = (address, *(other for other in addresses if other != address))
                return sock
        self._addresses = ()
        raise ProxyFailed if self.proxy else failure


def _looked_up(host: str, port: int) -> tuple[_Address, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label of the name is empty or too long
        return ()
    return tuple(dict.fromkeys(_Address(family, place) for family, *_, place in found))


def _pass_through(
    sock: socket.socket, proxy: Proxy, host: str, port: int, deadline: Deadline
) -> None:
    """Have the proxy at the other end of `sock` connect to a host, and read no byte beyond that."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    http = h11.Connection(h11.CLIENT)
    headers = [("Host", target), *proxy.headers.items()]
    request = http.send(h11.Request(method="CONNECT", target=target, headers=headers))
    http.send(h11.EndOfMessage())
    try:
        sock.settimeout(deadline.left_s())
        sock.sendall(request or b"")
        while (event := http.next_event()) is h11.NEED_DATA:
            sock.settimeout(deadline.left_s())
            http.receive_data(sock.recv(_MOST_HEAD))
    except (OSError, h11.RemoteProtocolError):
        raise ProxyFailed from None
    if not isinstance(event, h11.Response) or not 200 <= event.status_code < 300:
        raise ProxyFailed

"""One question over one connection of its own, with a timer that shuts its socket down.

A time limit of http.client is one of a single read: a server that sends a byte now and then holds
a caller for ever. No redirect is followed, no proxy asked, and every certificate is verified.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from ticketbench.core.classify import MOST_ANSWER_BYTES, TOO_LARGE, ContractViolation
from ticketbench.core.errors import InputError
from ticketbench.core.keys.value import HEADER, header_value
from ticketbench.core.retry_after import retry_after

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    import os
    import ssl

    from ticketbench.core.keys.host import PlainUrl

_PACKED = ("gzip", "x-gzip", "deflate")
_EITHER_PACKING = 47  # zlib's number for "gzip or zlib, by the first bytes"


class Unreached(Exception):
    """No whole answer came: `endpoint_timeout` or `endpoint_network`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Received:
    """Status, Retry-After, and with status 200 the body, unpacked."""

    status: int
    body: bytes = b""
    retry_after: str = ""


class Transport:
    """The way to one endpoint; for several threads."""

    def __init__(
        self,
        endpoint: PlainUrl,
        key: str | None,
        ca_file: str | os.PathLike[str] | None = None,
        *,
        key_header: str = HEADER,
    ) -> None:
        self._endpoint, self._host = endpoint, endpoint.host.name.strip("[]")
        self._tls = _trusting(ca_file) if endpoint.encrypted else None
        port = (
            "" if endpoint.host.port == (443 if endpoint.encrypted else 80) else endpoint.host.port
        )
        self._headers = {
            "Host": f"{endpoint.host.name}:{port}".rstrip(":"),
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "ticketbench",
            "Connection": "close",
        }
        if key is not None:
            self._headers[key_header] = header_value(key_header, key)

    def __call__(self, body: bytes, seconds: float) -> Received:
        """POST `body`; any status is Received. Takes at most `seconds`; only looking up the
        server's name may take longer.

        Raises Unreached, and ContractViolation when the answer is too large.
        """
        watch = _Watch(seconds)
        try:
            received = self._exchanged(body, watch)
        except ContractViolation:
            raise
        except Exception as error:  # noqa: BLE001 - the library fails in a dozen ways
            late = watch.is_over or isinstance(error, TimeoutError)
            raise Unreached("endpoint_timeout" if late else "endpoint_network") from None
        finally:
            watch.end()
        if watch.is_over:  # where the end of an answer is the end of a connection
            raise Unreached("endpoint_timeout")
        return received

    def _exchanged(self, body: bytes, watch: _Watch) -> Received:
        sock = self._connected(watch)
        connection = http.client.HTTPConnection(
            self._endpoint.host.name
        )  # [::a], else :a is a port
        connection.sock = sock
        connection.putrequest(
            "POST", self._endpoint.target, skip_host=True, skip_accept_encoding=True
        )
        for name, value in {**self._headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        # A server may refuse a question, and say why, before it has read it to its end.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(body)
        with connection.getresponse() as response:
            said = response.headers.get
            wait = retry_after(said("retry-after", ""), said("retry-after-ms", ""))
            content = _body(response) if response.status == 200 else b""
            return Received(response.status, content, wait)

    def _connected(self, watch: _Watch) -> socket.socket:
        """A socket that the watch shuts down; the first address that answers."""
        found = socket.getaddrinfo(self._host, self._endpoint.host.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys((str(one[4][0]), int(one[4][1])) for one in found))
        failure: OSError = OSError("the name has no address")
        for i, address in enumerate(addresses):
            try:
                patience_s = watch.left_s() / (len(addresses) - i)
                sock = socket.create_connection(address, patience_s)
            except OSError as error:
                failure = error
            else:
                return self._encrypted(sock, watch)
        raise failure

    def _encrypted(self, sock: socket.socket, watch: _Watch) -> socket.socket:
        """The socket in TLS where the endpoint is, in the care of the watch in any case."""
        watch.hold(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(watch.left_s())
        if self._tls is None:
            return sock
        wrapped = self._tls.wrap_socket(
            sock, server_hostname=self._host, do_handshake_on_connect=False
        )
        watch.hold(wrapped)
        wrapped.do_handshake()
        return wrapped


def _trusting(ca_file: str | os.PathLike[str] | None) -> ssl.SSLContext:
    """Trust in the authorities of this machine, or in those of `ca_file` alone."""
    import ssl

    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError:  # among them ssl.SSLError
        what = "the file holds no certificates that can be read"
        help_ = "name a PEM file as ca_file"
        raise InputError(what, where=str(ca_file), help=help_) from None


def _body(response: http.client.HTTPResponse) -> bytes:
    """The whole body, unpacked. Raises ContractViolation when it is too large."""
    if len(set(response.headers.get_all("content-length", []))) > 1:
        raise http.client.HTTPException("two lengths")
    if (response.length or 0) > MOST_ANSWER_BYTES:
        raise ContractViolation(TOO_LARGE)
    content = response.read(MOST_ANSWER_BYTES + 1)
    if len(content) > MOST_ANSWER_BYTES:
        raise ContractViolation(TOO_LARGE)
    if response.length:  # announced, and not there
        raise http.client.IncompleteRead(content)
    if response.headers.get("content-encoding", "").strip().lower() not in _PACKED:
        return content
    return _unpacked(content)


def _unpacked(content: bytes) -> bytes:
    """What a server packed although it was asked not to."""
    import zlib

    unpacking = zlib.decompressobj(_EITHER_PACKING)
    found = unpacking.decompress(content, MOST_ANSWER_BYTES + 1)
    if len(found) > MOST_ANSWER_BYTES:
        raise ContractViolation(TOO_LARGE)
    if not unpacking.eof:
        raise EOFError
    return found


class _Watch:
    """A timer for one exchange: when it is over, the socket is shut down, whoever reads from it."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._sock: socket.socket | None = None
        self._over = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return self._over or time.monotonic() >= self._until

    def left_s(self) -> float:
        """Seconds that are left, more than 0. Raises TimeoutError when there are none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def hold(self, sock: socket.socket) -> None:
        """Shut this socket down when the time is up, which may be now."""
        with self._lock:
            self._sock = sock
            if self._over:
                self._shut_down()

    def end(self) -> None:
        """Stop the timer and close the socket."""
        self._timer.cancel()
        with self._lock:
            if self._sock is not None:
                self._sock.close()
                self._sock = None

    def _shut(self) -> None:
        with self._lock:
            self._over = True
            self._shut_down()

    def _shut_down(self) -> None:
        # Not the method of a TLS socket: it takes away what the other thread reads with.
        if self._sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

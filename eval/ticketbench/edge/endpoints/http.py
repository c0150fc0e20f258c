"""http:// and https://: a server that speaks the /classify contract.

urllib3 is used directly: no .netrc, no proxies unless the config says so, no redirects (they would
carry the key to another host), no cookies, TLS always verified.
"""

from __future__ import annotations

import http.client
import ssl
import time
from http.client import HTTPException, LineTooLong
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationParseError,
    NewConnectionError,
    ProxyError,
    SSLError,
    TimeoutError,
)

from ticketbench.core.errors import EndpointError, InputError, MachineError
from ticketbench.core.quotes import quoted
from ticketbench.edge.contract import MOST_ANSWER_BYTES
from ticketbench.edge.endpoints import Connection, Reply, Unreached, endpoint
from ticketbench.edge.endpoints.overdue import WATCHED_POOLS, Overdue
from ticketbench.edge.endpoints.proxy import Proxy, proxy_for
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.secret import HEADER

_CONNECT_TIMEOUT_S = 5.0
_CHUNK = 65_536
_MOST_CA_BYTES = 10_000_000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class HttpEndpoint:
    """A pool of connections to one server. The key is added here, below every cache."""

    def __init__(
        self, connection: Connection, authorities: str | None = None, proxy: Proxy | None = None
    ) -> None:
        self._key = connection.key
        self._timeout_s = connection.timeout_s
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "ticketbench",
        }
        if self._key is not None:
            self._headers[HEADER] = self._key.header_value()
        self._pool = _pool(connection, authorities, proxy)
        self._pool.pool_classes_by_scheme = WATCHED_POOLS

    def ask(self, url: str, body: bytes) -> Reply:
        """POST `body`; any status is a Reply, a connection that fails is Unreached.

        A key that the server echoes comes back as ***, so that nothing above can keep it.
        """
        deadline = time.monotonic() + self._timeout_s
        try:
            response = self._pool.request(
                "POST", url, body=body, headers=self._headers, redirect=False, preload_content=False
            )
            content = _read(response, deadline)
        except HTTPError as error:
            raise _failure(error, url, late=time.monotonic() >= deadline) from None
        named = (response.headers.get(name, "") for name in ("Retry-After", "Content-Type"))
        return Reply(response.status, self._without_key(content), *map(self._header, named))

    def _without_key(self, content: bytes) -> bytes:
        return content if self._key is None else self._key.redacted(content)

    def _header(self, value: str) -> str:
        return self._without_key(value.encode("utf-8", "replace")).decode("utf-8")


def _pool(
    connection: Connection, authorities: str | None, proxy: Proxy | None
) -> urllib3.PoolManager:
    connect_s = min(_CONNECT_TIMEOUT_S, connection.timeout_s)
    settings: dict[str, Any] = {
        "maxsize": connection.concurrency,
        "block": True,
        "retries": False,
        "timeout": urllib3.Timeout(connect=connect_s, read=connection.timeout_s),
        "cert_reqs": "CERT_REQUIRED",
        "ca_certs": None if authorities else certifi.where(),
        "ca_cert_data": authorities,
    }
    if proxy is None:
        return urllib3.PoolManager(**settings)
    return urllib3.ProxyManager(proxy.url, proxy_headers=proxy.headers, **settings)


def _failure(error: HTTPError, url: str, *, late: bool) -> Exception:
    """What a library error means here, without its text, which may quote headers."""
    if isinstance(error, SSLError) and not late and not _was_cut_off(error):
        return EndpointError(
            f"the TLS certificate of {urlsplit(url).hostname} was refused",
            help="check the URL and the machine's clock; verification cannot be switched off, "
            "an authority of your own goes into endpoint.ca_file",
        )
    if isinstance(error, NewConnectionError):
        return Unreached("network", "connection refused or host unknown")
    if isinstance(error, ProxyError):
        return Unreached("network", "the proxy made no connection")
    if any(type(cause) in (HTTPException, LineTooLong) for cause in error.args):
        return Unreached("network", "the answer has too many header lines, or too long ones")
    if isinstance(error, TimeoutError):
        return Unreached("timeout", "no answer in time")
    if late or isinstance(error, Overdue):
        return _too_slow()
    return Unreached("network", "the connection was cut")


def _was_cut_off(error: SSLError) -> bool:
    return any(isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError) for cause in error.args)


def _too_slow() -> Unreached:
    return Unreached("timeout", "the answer came too slowly", attempts=2)


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The body up to one byte over the limit; a read timeout alone would let a drip go on."""
    content = bytearray()
    while len(content) <= MOST_ANSWER_BYTES:
        chunk = response.read1(_CHUNK, decode_content=True)
        if not chunk:
            response.release_conn()
            return bytes(content)
        content += chunk
        if time.monotonic() > deadline:
            break
    response.close()  # unread bytes must not reach the next answer
    if len(content) <= MOST_ANSWER_BYTES:
        raise _too_slow()
    return bytes(content[: MOST_ANSWER_BYTES + 1])


@endpoint("https", "http")
def connect(url: str, connection: Connection) -> HttpEndpoint:
    """The server at `url`; plain http is for this machine only, so that no key is overheard."""
    try:
        parts = urllib3.util.parse_url(url)  # the parser that will connect, not another one
    except LocationParseError:
        raise InputError(
            f"{quoted(url)} is not a URL", help="write https://host/classify"
        ) from None
    if not parts.host or "\\" in url:
        raise _no_url(url)
    if parts.scheme == "http" and parts.host.strip("[]") not in _LOOPBACK:
        raise InputError(f"{quoted(url)} is not encrypted", help="use https://")
    _refuse_replaced_library()
    authorities = _authorities(connection.ca_file)
    return HttpEndpoint(connection, authorities, proxy_for(url, connection.proxy))


def _refuse_replaced_library() -> None:
    """urllib3-future, which niquests brings, puts itself in urllib3's place: what keeps answers
    apart and deadlines here does not exist there.
    """
    if not issubclass(urllib3.connection.HTTPConnection, http.client.HTTPConnection):
        raise MachineError(
            "urllib3 was replaced by another library, urllib3-future",
            help="install ticketbench into an environment of its own, without niquests",
        )


def _no_url(url: str) -> InputError:
    return InputError(f"{quoted(url)} is not a URL", help="write https://host/classify")


def _authorities(ca_file: Path | None) -> str | None:
    """The certificates in `ca_file`, which is read once: a pipe would be empty the second time."""
    if ca_file is None:
        return None
    text = read_bytes(ca_file, most=_MOST_CA_BYTES).decode("ascii", "ignore")
    try:
        ssl.create_default_context(cadata=text or " ")  # no text would mean the usual ones
    except (ValueError, ssl.SSLError):
        what = f"{ca_file} holds no certificates that can be read"
        raise InputError(what, help="endpoint.ca_file names a PEM file") from None
    return text

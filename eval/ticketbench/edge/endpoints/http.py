"""http:// and https://: a server that speaks the /classify contract.

No .netrc, no proxy unless the config says so, no redirects (they would carry the key to another
host), no cookies, TLS always verified, and each question on a connection of its own (see
exchange.py).
"""

from __future__ import annotations

import ssl
from functools import lru_cache
from pathlib import Path

import certifi

from ticketbench.core.classify import MOST_ANSWER_BYTES
from ticketbench.core.errors import EndpointError, InputError
from ticketbench.core.keys.host import LOOPBACK, PORTS
from ticketbench.core.keys.value import HEADER, header_value
from ticketbench.core.quotes import quoted
from ticketbench.core.retry_after import retry_after
from ticketbench.edge.endpoints import Connection, Reply, Unreached, endpoint
from ticketbench.edge.endpoints.exchange import Cut, Received, Request, TooSlow, exchange, opening
from ticketbench.edge.endpoints.proxy import proxy_for
from ticketbench.edge.endpoints.route import Deadline, ProxyFailed, Route
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.key_hosts.host import host_of
from ticketbench.edge.redaction import shown_url

_MOST_CA_BYTES = 10_000_000


class HttpEndpoint:
    """One server. The key is added here, below every cache, and goes nowhere but there."""

    def __init__(self, route: Route, host_header: str, connection: Connection) -> None:
        self._route, self._key = route, connection.key
        self._timeout_s = connection.timeout_s
        self._headers = {
            "Host": host_header,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "ticketbench",
        }
        if self._key is not None:
            header = connection.key_header or HEADER
            self._headers[header] = header_value(header, self._key.header_value())
        self._opening = lru_cache(maxsize=16)(self._made_opening)

    def ask(self, url: str, body: bytes) -> Reply:
        """POST `body` to the path of `url`; any status is a Reply, a connection that fails is
        Unreached, an answer with a second one behind it a ContractViolation.

        All of it takes at most the connection's `timeout_s`; only looking up the server's name may
        take longer. A key that the server echoes comes back as ***, so that nothing above can keep
        it.
        """
        return self.post(url, body, content_type="application/json")

    def post(self, url: str, body: bytes, *, content_type: str, more_s: float = 0.0) -> Reply:
        """`ask` with a body of any kind, which may take `more_s` seconds longer."""
        return self._reply(Request(self._opening("POST", url, content_type), body), more_s)

    def get(self, url: str, *, most: int = MOST_ANSWER_BYTES, more_s: float = 0.0) -> Reply:
        """GET what is at the path of `url`, of at most so many bytes; otherwise like `ask`."""
        return self._reply(Request(self._opening("GET", url), most=most), more_s)

    def _made_opening(self, method: str, url: str, content_type: str = "") -> bytes:
        headers = {**self._headers, "Content-Type": content_type} if content_type else self._headers
        return opening(method, _target(url), headers)

    def _reply(self, request: Request, more_s: float) -> Reply:
        received = self._received(request, Deadline(self._timeout_s + more_s))

        def said(name: str) -> str:
            return self._header(received.headers.get(name, ""))

        return Reply(
            received.status,
            self._without_key(received.body),
            retry_after(said("retry-after"), said("retry-after-ms")),
            said("content-type"),
            said("x-typesafe-request-id") or said("x-request-id"),
        )

    def _received(self, request: Request, deadline: Deadline) -> Received:
        """What came back; errors are named without their text, which may quote headers."""
        try:
            sock = self._route.opened(deadline)
        except OSError as error:
            raise _unopened(error, self._route.host) from None
        with sock:
            try:
                return exchange(sock, request, deadline)
            except TooSlow:
                what = "the answer came too slowly"
                raise Unreached("timeout", what, attempts=2) from None
            except TimeoutError:
                raise Unreached("timeout", "no answer in time") from None
            except Cut as error:
                raise Unreached("network", str(error)) from None
            except OSError:
                raise Unreached("network", "the connection was cut") from None

    def _without_key(self, content: bytes) -> bytes:
        return content if self._key is None else self._key.redacted(content)

    def _header(self, value: str) -> str:
        return self._without_key(value.encode("utf-8", "replace")).decode("utf-8")


def _target(url: str) -> str:
    """What of a URL is sent to its server."""
    from urllib3.util import parse_url

    return parse_url(url).request_uri


def _unopened(error: OSError, host: str) -> Exception:
    """Why there is no connection."""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ConnectionResetError):
        return Unreached("network", "the connection was cut", sent=False)
    if isinstance(error, ssl.SSLError):
        return EndpointError(
            f"the TLS certificate of {host} was refused",
            help="check the URL and the machine's clock; verification cannot be switched off, "
            "an authority of your own goes into the config: `endpoint: {ca_file: FILE}`",
        )
    if isinstance(error, ProxyFailed):
        return Unreached("network", "the proxy made no connection", sent=False)
    if isinstance(error, TimeoutError):
        return Unreached("timeout", "no connection in time", sent=False)
    return Unreached("network", "connection refused or host unknown", sent=False)


@endpoint("https", "http")
def connect(url: str, connection: Connection) -> HttpEndpoint:
    """The server at `url`; plain http is for this machine only, so that no key is overheard."""
    if host_of(url) is None:
        raise InputError(
            f"{quoted(shown_url(url))} is not a URL", help="write https://host/classify"
        )
    from urllib3.util import parse_url

    parts = parse_url(url)
    host, encrypted = str(parts.host).strip("[]"), parts.scheme == "https"
    if not encrypted and host not in LOOPBACK:
        raise InputError(f"{quoted(shown_url(url))} is not encrypted", help="use https://")
    trust = _trusting(connection.ca_file) if encrypted or connection.ca_file else None
    route = Route(
        host,
        parts.port or PORTS[str(parts.scheme)],
        trust if encrypted else None,
        proxy_for(url, connection.proxy),
    )
    return HttpEndpoint(route, parts.netloc or host, connection)


def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Trust in the usual authorities, or in those of `ca_file` alone."""
    if ca_file is None:
        return ssl.create_default_context(cafile=certifi.where())
    text = read_bytes(ca_file, most=_MOST_CA_BYTES).decode("ascii", "ignore")
    try:
        return ssl.create_default_context(cadata=text or " ")  # no text would mean the usual ones
    except (ValueError, ssl.SSLError):
        what = f"{ca_file} holds no certificates that can be read"
        raise InputError(
            what, help="name a PEM file in the config: `endpoint: {ca_file: FILE}`"
        ) from None

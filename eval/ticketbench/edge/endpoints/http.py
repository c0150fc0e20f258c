"""http:// and https://: a server that speaks the /classify contract.

urllib3 is used directly: no proxies or .netrc from the environment, no redirects (they would
carry the key to another host), no cookies, TLS always verified.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationParseError,
    NewConnectionError,
    SSLError,
    TimeoutError,
)

from ticketbench.core.errors import EndpointError, InputError
from ticketbench.edge.contract import MOST_ANSWER_BYTES
from ticketbench.edge.endpoints import Connection, Reply, Unreached, endpoint
from ticketbench.edge.secret import HEADER

_CONNECT_TIMEOUT_S = 5.0
_CHUNK = 65_536
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class HttpEndpoint:
    """A pool of connections to one server. The key is added here, below every cache."""

    def __init__(self, connection: Connection) -> None:
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
        connect_s = min(_CONNECT_TIMEOUT_S, connection.timeout_s)
        self._pool = urllib3.PoolManager(
            maxsize=connection.concurrency,
            block=True,
            retries=False,
            timeout=urllib3.Timeout(connect=connect_s, read=connection.timeout_s),
            cert_reqs="CERT_REQUIRED",
            ca_certs=certifi.where(),
        )

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
        except SSLError:
            raise EndpointError(
                f"the TLS certificate of {urlsplit(url).hostname} was refused",
                help="check the URL and the machine's clock; verification cannot be switched off",
            ) from None
        except NewConnectionError:
            raise Unreached("network", "connection refused or host unknown") from None
        except TimeoutError:
            raise Unreached("timeout", "no answer in time") from None
        except HTTPError as error:
            # The class alone: texts of library errors may quote headers.
            raise Unreached("network", type(error).__name__) from None
        if self._key is not None:
            content = self._key.redacted(content)
        return Reply(response.status, content, response.headers.get("Retry-After", ""))


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
        raise Unreached("timeout", "the answer came too slowly")
    return bytes(content[: MOST_ANSWER_BYTES + 1])


@endpoint("https", "http")
def connect(url: str, connection: Connection) -> HttpEndpoint:
    """The server at `url`; plain http is for this machine only, so that no key is overheard."""
    try:
        parts = urllib3.util.parse_url(url)  # the parser that will connect, not another one
    except LocationParseError:
        raise InputError(f"{url!r} is not a URL", help="write https://host/classify") from None
    if not parts.host or "\\" in url:
        raise InputError(f"{url!r} is not a URL", help="write https://host/classify")
    if parts.scheme == "http" and parts.host.strip("[]") not in _LOOPBACK:
        raise InputError(f"{url!r} is not encrypted", help="use https://")
    return HttpEndpoint(connection)

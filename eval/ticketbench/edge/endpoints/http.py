"""http:// and https://: a server that speaks the /classify contract.

urllib3 is used directly: no proxies or .netrc from the environment, no redirects (they would
carry the key to another host), no cookies, TLS always verified.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError, TimeoutError

from ticketbench.core.errors import EndpointError, InputError
from ticketbench.edge.contract import MOST_ANSWER_BYTES
from ticketbench.edge.endpoints import Connection, Reply, Unreached, endpoint
from ticketbench.edge.secret import HEADER

_CONNECT_TIMEOUT_S = 5.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class HttpEndpoint:
    """A pool of connections to one server. The key is added here, below every cache."""

    def __init__(self, connection: Connection) -> None:
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "ticketbench",
        }
        if connection.key is not None:
            self._headers[HEADER] = connection.key.header_value()
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
        """POST `body`; any status is a Reply, a connection that fails is Unreached."""
        try:
            response = self._pool.request(
                "POST", url, body=body, headers=self._headers, redirect=False, preload_content=False
            )
            content = response.read(MOST_ANSWER_BYTES + 1, decode_content=True)
            if len(content) > MOST_ANSWER_BYTES:
                response.close()  # unread bytes must not reach the next answer
            response.release_conn()
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
        return Reply(response.status, content, response.headers.get("Retry-After", ""))


@endpoint("https", "http")
def connect(url: str, connection: Connection) -> HttpEndpoint:
    """The server at `url`; plain http is for this machine only, so that no key is overheard."""
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InputError(f"{url!r} is not encrypted", help="use https://")
    return HttpEndpoint(connection)

"""Where /classify can be, by URL scheme: one module each, found by its decorator.

Add an endpoint: a new module here with one decorated function that takes the URL and the
connection settings and returns something with `ask`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeVar
from urllib.parse import urlsplit

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.registry import Registry, import_modules
from ticketbench.edge.contract import Reply as Reply
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.secret import ApiKey


class Unreached(Exception):
    """No answer came back: connection refused, reset, cut off, or too slow.

    `attempts` is how often it is worth asking in all, where that is less than usual. `sent` is
    false where no byte of the request can have arrived.
    """

    def __init__(
        self,
        kind: Literal["network", "timeout"],
        detail: str,
        *,
        attempts: int | None = None,
        sent: bool = True,
    ) -> None:
        super().__init__(detail)
        self.kind: Literal["network", "timeout"] = kind
        self.attempts, self.sent = attempts, sent


class Endpoint(Protocol):
    """One server or engine that answers /classify requests; used from several threads."""

    def ask(self, url: str, body: bytes) -> Reply:
        """Send one request body. Raises Unreached; EndpointError when no request can succeed."""
        ...


@dataclass(frozen=True, slots=True)
class Connection:
    """How to connect: the key to send, how long to wait, a file of certificate authorities to trust
    instead of the usual ones, the proxy (none, env or a URL), and the header of the key: empty for
    the one that is usual with the scheme.
    """

    key: ApiKey | None = None
    timeout_s: float = 30.0
    ca_file: Path | None = None
    proxy: str = "none"
    key_header: str = ""


Connect = Callable[[str, Connection], Endpoint]
AnyConnect = TypeVar("AnyConnect", bound=Connect)
ENDPOINTS: Registry[Connect] = Registry("endpoint scheme")


def endpoint(*schemes: str) -> Callable[[AnyConnect], AnyConnect]:
    """Register a way to connect under its URL schemes."""
    return ENDPOINTS.register(*schemes)


def connect(url: str, connection: Connection) -> Endpoint:
    """The endpoint at `url`. An unknown scheme or engine raises InputError; nothing is sent."""
    import_modules(__name__)
    scheme = url.partition("://")[0].lower()
    if scheme not in ENDPOINTS.names():
        known = ", ".join(f"{name}://" for name in ENDPOINTS.names())
        raise InputError(f"cannot talk to {quoted(shown_url(url))}", help=f"known: {known}")
    return ENDPOINTS.get(scheme)(url, connection)


def is_local(url: str) -> bool:
    """Whether `url` is an engine in this process."""
    return urlsplit(url).scheme == "local"

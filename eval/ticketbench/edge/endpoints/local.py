"""local://ENGINE/VERSION/classify: an embedded engine in this process, no network, no key."""

from __future__ import annotations

from urllib.parse import urlsplit

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.endpoints import Connection, Reply, endpoint
from ticketbench.edge.engines import Engine, engines
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.serving.service import Service


class LocalEndpoint:
    """Calls the engine directly, through the same contract as the HTTP server."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def ask(self, url: str, body: bytes) -> Reply:
        """Answer at once, in the calling thread."""
        parts = urlsplit(url)
        reply = self._service.handle("POST", f"/{parts.netloc}{parts.path}", {}, body)
        return Reply(reply.status, reply.body)


@endpoint("local")
def connect(url: str, connection: Connection) -> LocalEndpoint:
    """The engine named in the URL; it starts at its first question."""
    return LocalEndpoint(Service(engine_at(url)))


def engine_at(url: str) -> Engine:
    """The engine named in the URL, in exactly the version named there; not started."""
    engine = engines().get(urlsplit(url).netloc)
    if url != engine.local_url:
        raise InputError(
            f"no engine at {quoted(shown_url(url))}", help=f"known: {engine.local_url}"
        )
    return engine

"""A server of another shape than /classify, asked and read as if it had that one.

It stands below the cache: what is stored is an answer like any other.
"""

from __future__ import annotations

from dataclasses import replace

from ticketbench.core.errors import EndpointError, InputError
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.shapes.address import Address, address
from ticketbench.core.shapes.contract import Asked
from ticketbench.edge.echo import without_text
from ticketbench.edge.endpoints import Connection, Endpoint, Reply
from ticketbench.edge.endpoints.http import connect as http_connect
from ticketbench.edge.redaction import shown_url


class Translated:
    """One server behind the questions and answers of its shape."""

    def __init__(self, place: Address, server: Endpoint) -> None:
        self._place, self._server = place, server

    def ask(self, url: str, body: bytes) -> Reply:
        """The answer in the shape of /classify; a reply with another status as it came.

        Raises what the server raises, ContractViolation and its kin for an answer that is none,
        InputError for labels that the shape cannot ask about, and EndpointError for a path or a
        model that the server does not know.
        """
        asked, shape = Asked.of(body), self._place.shape
        shape.refuse_labels(asked.labels)
        contents = []
        for question in shape.questions(asked):
            reply = self._server.ask(self._place.server, question)
            if reply.status != 200:
                return self._failed(reply, asked)
            if "html" in reply.content_type.lower():
                return reply  # a page, whatever it says
            contents.append(reply.body)
        return replace(reply, body=shape.answer(contents, asked), content_type="application/json")

    def _failed(self, reply: Reply, asked: Asked) -> Reply:
        if reply.status == 404:
            said = without_text(reply.body[:800].decode("utf-8", "replace"), asked.text)
            raise EndpointError(
                f"the endpoint does not know this path or model (status 404: {clipped(said)})",
                where=shown_url(self._place.full),
                help="check path and model as `endpoint: {url: ...}` in the config",
            )
        if not reply.retry_after and reply.status == 503:
            wait_s = self._place.shape.asked_wait_s(reply.body)
            return replace(reply, retry_after=f"{wait_s:.3f}" if wait_s else "")
        return reply


def translated(url: str, connection: Connection) -> Translated:
    """The server at `url`, whose scheme names its shape; nothing is sent.

    Raises InputError for what `address` and a connection to the server refuse.
    """
    try:
        place = address(url)
    except ValueError:
        raise InputError(f"{quoted(shown_url(url))} is not a URL") from None
    header = connection.key_header or place.shape.header
    return Translated(place, http_connect(place.server, replace(connection, key_header=header)))

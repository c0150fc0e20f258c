"""Several endpoints as one: each question goes to the endpoint that has its URL."""

from __future__ import annotations

from collections.abc import Mapping

from ticketbench.edge.endpoints import Endpoint, Reply


class ByUrl:
    """The endpoint below one cache that keeps the answers of several; each has its own key."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = endpoints

    def ask(self, url: str, body: bytes) -> Reply:
        """Ask the endpoint at `url`, and no other; KeyError where there is none."""
        return self._endpoints[url].ask(url, body)

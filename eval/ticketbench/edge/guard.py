"""The transport below the answer cache: refuses to send in replay mode, and lets only valid
answers through to be stored.

requests-cache decides what to store from the response alone. So what must never be stored has to
be stopped here: an invalid answer, a header, and the key, which only the endpoint below knows.
"""

from __future__ import annotations

import io
import json
from typing import Any

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from ticketbench.core.errors import IncompleteError
from ticketbench.edge.contract import parse_answer
from ticketbench.edge.endpoints import Endpoint, Reply


class GuardAdapter(BaseAdapter):
    """A requests transport around an endpoint; without one it refuses every request."""

    def __init__(self, endpoint: Endpoint | None) -> None:
        super().__init__()
        self._endpoint = endpoint

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask the endpoint. Raises ContractViolation for an invalid answer with status 200."""
        if self._endpoint is None:
            raise IncompleteError("strict replay sends nothing, and this answer is not stored")
        body = request.body or b""
        body = body.encode("utf-8") if isinstance(body, str) else body
        reply = self._endpoint.ask(request.url or "", body)
        if reply.status == 200:
            labels = [entry["name"] for entry in json.loads(body)["labels"]]
            parse_answer(reply.body, labels)
        return plain_response(request, reply)

    def close(self) -> None:
        """Nothing to close: the endpoint keeps its own connections."""


def plain_response(request: requests.PreparedRequest, reply: Reply) -> requests.Response:
    """A response with the body and a content type, and no other header of the server's."""
    headers = {"Content-Type": "application/json"}
    if reply.retry_after and reply.status != 200:
        headers["Retry-After"] = reply.retry_after
    raw = urllib3.HTTPResponse(
        body=io.BytesIO(reply.body),
        headers=headers,
        status=reply.status,
        preload_content=False,
        request_method="POST",
        request_url=request.url,
    )
    return HTTPAdapter().build_response(request, raw)

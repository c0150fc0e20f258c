"""The server's side of the contracts, apart from any transport: bytes in, status and bytes out.

The in-process adapter and the HTTP server are thin shells around `Service.handle`.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ticketbench.core.keys.value import AUTHORIZATION, HEADER, HEADERS, header_value
from ticketbench.edge.contract import Reply
from ticketbench.edge.engines import Engine
from ticketbench.edge.secret import ApiKey
from ticketbench.edge.serving.batches.memory import Batches
from ticketbench.edge.serving.batches.routes import batch_route
from ticketbench.edge.serving.shapes import classify, decisions, models, scaledown, systemone
from ticketbench.edge.serving.shapes.model import Limits, Model, Route
from ticketbench.edge.serving.shapes.problem import (
    OVERLOADED,
    UNAUTHORISED,
    WRONG_METHOD,
    Problem,
)

CLASSIFY = "/classify"
ROUTES: Mapping[str, Route] = {
    CLASSIFY: classify.ROUTE,
    "/v1/systemone": systemone.ROUTE,
    "/v1/decisions": decisions.ROUTE,
    "/v1/scaledown": scaledown.ROUTE,
    "/v1/models": models.ROUTE,
}
"""What is spoken, by path; /classify has another path, which names the engine. Where there are
batches, they stand beside both.
"""


@dataclass(frozen=True, slots=True)
class Service:
    """One engine behind every shape; with a key, requests must carry it.

    `aliases` are other names that the engine answers to as a model. `limits` keep a stranger from
    spending the machine; in one's own process there are none, and no `batches` either.
    """

    engine: Engine
    key: ApiKey | None = None
    limits: Limits | None = None
    aliases: tuple[str, ...] = ()
    batches: Batches | None = None

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request: 200, 401 wrong key, 404, 405, or 422 malformed body (400 at
        /v1/decisions); of a batch also 409 not completed, 413 too many lines, 503 no room.

        `headers` has lower-case names.
        """
        route = self._route(path.partition("?")[0])
        if route is None:
            return _reply(404, {"detail": f"no such path; POST {self.engine.path}"})
        try:
            if method != route.method:
                raise Problem(WRONG_METHOD, f"use {route.method}")
            if not self._authorised(headers):
                message = f"the key is missing or wrong; send it as {HEADER} or as a Bearer token"
                raise Problem(UNAUTHORISED, message)
            model = Model(self.engine, self.aliases, self.limits)
            found = route.answer(model, body)
            return found if isinstance(found, Reply) else _reply(200, found)
        except Problem as problem:
            return _reply(*route.refusal(problem))

    def _route(self, path: str) -> Route | None:
        """The way of `path`, which may begin with the engine's own as /classify does."""
        known = ROUTES.get(CLASSIFY if path == self.engine.path else path)
        if known or self.batches is None:
            return known
        return batch_route(self.batches, path.removeprefix(self.engine.path.removesuffix(CLASSIFY)))

    def _authorised(self, headers: Mapping[str, str]) -> bool:
        """Whether each header that may carry the key does, and one is there."""
        if self.key is None:
            return True
        given = {name: headers[name] for name in HEADERS if name in headers}
        if AUTHORIZATION in given:  # the word Bearer may be written in any case
            given[AUTHORIZATION] = re.sub("(?i)^bearer +", "Bearer ", given[AUTHORIZATION])
        right = {name: header_value(name, self.key.header_value()).encode() for name in given}
        return bool(given) and all(
            hmac.compare_digest(one.encode(), right[name]) for name, one in given.items()
        )


def _reply(status: int, value: Any) -> Reply:
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Reply(status, content.encode("utf-8"), "1" if status == OVERLOADED else "")

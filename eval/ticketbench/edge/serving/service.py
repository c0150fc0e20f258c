"""The server's side of the contracts, apart from any transport: bytes in, status and bytes out.

The in-process adapter and the HTTP server are thin shells around `Service.handle`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ticketbench.core.keys.value import HEADER
from ticketbench.edge.contract import Reply
from ticketbench.edge.engines import Engine
from ticketbench.edge.secret import ApiKey
from ticketbench.edge.serving.shapes import classify, decisions, models, scaledown, systemone
from ticketbench.edge.serving.shapes.model import Limits, Model, Shape
from ticketbench.edge.serving.shapes.problem import UNAUTHORISED, WRONG_METHOD, Problem

CLASSIFY = "/classify"
SHAPES: Mapping[str, Shape] = {
    CLASSIFY: classify.SHAPE,
    "/v1/systemone": systemone.SHAPE,
    "/v1/decisions": decisions.SHAPE,
    "/v1/scaledown": scaledown.SHAPE,
    "/v1/models": models.SHAPE,
}
"""What is spoken, by path; /classify has another path, which names the engine."""

_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Service:
    """One engine behind every shape; with a key, requests must carry it.

    `aliases` are other names that the engine answers to as a model. `limits` keep a stranger from
    spending the machine; in one's own process there are none.
    """

    engine: Engine
    key: ApiKey | None = None
    limits: Limits | None = None
    aliases: tuple[str, ...] = ()

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request: 200, 401 wrong key, 404, 405, or 422 malformed body (400 at
        /v1/decisions).

        `headers` has lower-case names.
        """
        route = path.partition("?")[0]
        shape = SHAPES.get(CLASSIFY if route == self.engine.path else route)
        if shape is None:
            return _reply(404, {"detail": f"no such path; POST {self.engine.path}"})
        try:
            if method != shape.method:
                raise Problem(WRONG_METHOD, f"use {shape.method}")
            if not self._authorised(headers):
                message = f"the key is missing or wrong; send it as {HEADER} or as a Bearer token"
                raise Problem(UNAUTHORISED, message)
            model = Model(self.engine, self.aliases, self.limits)
            return _reply(200, shape.answer(model, body))
        except Problem as problem:
            return _reply(*shape.refusal(problem))

    def _authorised(self, headers: Mapping[str, str]) -> bool:
        """Whether each header that may carry the key does, and one is there."""
        if self.key is None:
            return True
        given = [headers[HEADER]] if HEADER in headers else []
        authorization = headers.get("authorization")
        if authorization is not None:
            bears = authorization[: len(_BEARER)].lower() == _BEARER
            given.append(authorization[len(_BEARER) :].strip() if bears else "")
        right = self.key.header_value().encode()
        return bool(given) and all(hmac.compare_digest(one.encode(), right) for one in given)


def _reply(status: int, value: Any) -> Reply:
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Reply(status, content.encode("utf-8"))

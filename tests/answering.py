"""An endpoint in this process that answers by the text, and keeps what it was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ticketbench.core.classify import Refused
from ticketbench.edge.endpoints import ENDPOINTS, Connection, Reply, endpoint

URL = "answering://server/v1/classify"


@dataclass
class Answering:
    """Scores that follow from the text; a text with "please refuse" is refused, one with "please
    fail" gets an error that no new try changes. `model` may be named in answers.
    """

    model: str = ""
    asked: list[str] = field(default_factory=list)

    def ask(self, url: str, body: bytes) -> Reply:
        """The reply to one question."""
        question = json.loads(body)
        text, names = question["text"], [label["name"] for label in question["labels"]]
        self.asked.append(text)
        if "please refuse" in text:
            raise Refused
        if "please fail" in text:
            return Reply(422, b'{"detail": "no"}')
        digest = hashlib.sha256(body).digest()
        odds = [1 + digest[i] for i in range(len(names))]
        scores = {name: round(n / sum(odds), 4) for name, n in zip(names, odds, strict=True)}
        scores[names[0]] = round(1 - sum(list(scores.values())[1:]), 4)
        answer = {"scores": scores, "top_label": max(scores, key=scores.__getitem__)}
        if self.model:
            answer["model"] = self.model
        return Reply(200, json.dumps(answer).encode())


@contextmanager
def answering(model: str = "") -> Iterator[Answering]:
    """The endpoint behind `URL`."""
    server = Answering(model)

    @endpoint("answering")
    def connect(url: str, connection: Connection) -> Answering:
        return server

    try:
        yield server
    finally:
        del ENDPOINTS._entries["answering"]

"""The server's side of the contract, apart from any transport: bytes in, status and bytes out.

The in-process adapter and the HTTP server are thin shells around `Service.handle`.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from ticketbench.core.keys.value import HEADER
from ticketbench.edge.contract import Reply
from ticketbench.edge.engines import Engine
from ticketbench.edge.secret import ApiKey


class Malformed(Exception):
    """A request body that breaks the contract: answered with 422."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most labels of one question, and characters of each text in it."""

    labels: int
    characters: int


@dataclass(frozen=True, slots=True)
class Service:
    """One engine behind POST /classify; with a key, requests must carry it.

    `limits` keep a stranger from spending the machine; in one's own process there are none.
    """

    engine: Engine
    key: ApiKey | None = None
    limits: Limits | None = None

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request: 200, 401 wrong key, 404, 405, or 422 malformed body.

        `headers` has lower-case names.
        """
        if path.partition("?")[0] not in ("/classify", self.engine.path):
            return _problem(404, f"no such path; POST {self.engine.path}")
        if method != "POST":
            return _problem(405, "use POST")
        if not self._authorised(headers.get(HEADER, "")):
            return _problem(401, f"the header {HEADER} is missing or wrong")
        try:
            text, labels = _parse(body)
            _refuse_too_much(text, labels, self.limits)
        except Malformed as error:
            return _problem(422, str(error))
        return Reply(200, _dump(_answer(self.engine.classify(text, labels), labels)))

    def _authorised(self, given: str) -> bool:
        if self.key is None:
            return True
        return hmac.compare_digest(given.encode(), self.key.header_value().encode())


def _answer(scores: dict[str, float], labels: list[tuple[str, str]]) -> dict[str, Any]:
    listing = [{"label": n, "score": scores[n], "rubric": r} for n, r in labels]
    # max takes the first of equals: a tie goes to the earlier label.
    top = max(scores, key=lambda name: scores[name])
    return {"top_label": top, "scores": scores, "labels": listing, "ocr_text": None}


def _problem(status: int, detail: str) -> Reply:
    return Reply(status, _dump({"detail": detail}))


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _parse(body: bytes) -> tuple[str, list[tuple[str, str]]]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is not valid JSON") from None
    if not isinstance(data, dict):
        raise Malformed("the body is not a JSON object")
    if "document" in data:
        raise Malformed("'document' is not supported here; send 'text'")
    text, labels = data.get("text"), data.get("labels")
    if not _is_text(text):
        raise Malformed("'text' must be a non-empty string")
    if not isinstance(labels, list) or not labels:
        raise Malformed("'labels' must be a non-empty list")
    pairs = [_pair(entry) for entry in labels]
    if len({name for name, _ in pairs}) < len(pairs):
        raise Malformed("two labels have the same name")
    return text, pairs


def _refuse_too_much(text: str, labels: list[tuple[str, str]], limits: Limits | None) -> None:
    if limits is None:
        return
    if len(labels) > limits.labels:
        raise Malformed(f"more than {limits.labels} labels")
    if any(len(one) > limits.characters for one in (text, *(t for pair in labels for t in pair))):
        raise Malformed(f"a text of more than {limits.characters:,} characters")


def _pair(entry: Any) -> tuple[str, str]:
    name, rubric = (entry.get("name"), entry.get("rubric")) if isinstance(entry, dict) else (0, 0)
    if not _is_text(name) or not _is_text(rubric):
        raise Malformed("each label needs a non-empty 'name' and 'rubric'")
    return name, rubric


def _is_text(value: Any) -> TypeGuard[str]:
    """A non-empty string that can be written as UTF-8 (no half of a surrogate pair)."""
    return isinstance(value, str) and bool(value) and _encodes(value)


def _encodes(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

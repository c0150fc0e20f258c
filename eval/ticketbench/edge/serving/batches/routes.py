"""The three routes: an upload, how far it is, and its output."""

from __future__ import annotations

import re

from ticketbench.core.shapes.batch import BATCHES, CONTENT_TYPE, batch_json
from ticketbench.edge.contract import Reply
from ticketbench.edge.serving.batches.memory import Batches
from ticketbench.edge.serving.batches.upload import questions_in
from ticketbench.edge.serving.shapes.model import Model, Route
from ticketbench.edge.serving.shapes.problem import plain


def batch_route(batches: Batches, path: str) -> Route | None:
    """What is spoken at `path`; None where it belongs to no batch."""
    if path == BATCHES:
        return Route("POST", lambda model, body: _taken(batches, model, body), plain)
    found = re.fullmatch(rf"{BATCHES}/([^/]+)(/output)?", path)
    if found is None:
        return None
    batch_id, wants_output = found.groups()
    told = _output if wants_output else _state
    return Route("GET", lambda model, body: told(batches, batch_id), plain)


def _taken(batches: Batches, model: Model, body: bytes) -> Reply:
    return Reply(200, batch_json(batches.add(model, questions_in(body))))


def _state(batches: Batches, batch_id: str) -> Reply:
    return Reply(200, batch_json(batches.found(batch_id)))


def _output(batches: Batches, batch_id: str) -> Reply:
    return Reply(200, batches.output(batch_id), content_type=CONTENT_TYPE)

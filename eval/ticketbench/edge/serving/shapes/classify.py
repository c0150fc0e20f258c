"""POST /classify: a text and labels with rubrics in, a score for each label out."""

from __future__ import annotations

import json
from typing import Any

from ticketbench.edge.serving.shapes.body import is_text
from ticketbench.edge.serving.shapes.model import Model, Option, Route
from ticketbench.edge.serving.shapes.problem import Malformed, plain


def answer(model: Model, body: bytes) -> dict[str, Any]:
    """Scores by label, summing to one, and the labels in the order of the request."""
    text, labels = _parse(body)
    model.refuse_too_much(text, [labels])
    scores = model.engine.classify(text, labels)
    listing = [{"label": n, "score": scores[n], "rubric": r} for n, r in labels]
    # max takes the first of equals: a tie goes to the earlier label.
    top = max(scores, key=lambda name: scores[name])
    return {"top_label": top, "scores": scores, "labels": listing, "ocr_text": None}


ROUTE = Route("POST", answer, plain)


def _parse(body: bytes) -> tuple[str, list[Option]]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is not valid JSON") from None
    if not isinstance(data, dict):
        raise Malformed("the body is not a JSON object")
    if "document" in data:
        raise Malformed("'document' is not supported here; send 'text'")
    text, labels = data.get("text"), data.get("labels")
    if not is_text(text):
        raise Malformed("'text' must be a non-empty string")
    if not isinstance(labels, list) or not labels:
        raise Malformed("'labels' must be a non-empty list")
    pairs = [_pair(entry) for entry in labels]
    if len({name for name, _ in pairs}) < len(pairs):
        raise Malformed("two labels have the same name")
    return text, pairs


def _pair(entry: Any) -> Option:
    name, rubric = (entry.get("name"), entry.get("rubric")) if isinstance(entry, dict) else (0, 0)
    if not is_text(name) or not is_text(rubric):
        raise Malformed("each label needs a non-empty 'name' and 'rubric'")
    return name, rubric

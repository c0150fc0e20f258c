"""POST /v1/scaledown: as System One, about a state that is an object with a `text`."""

from __future__ import annotations

from typing import Any

from ticketbench.edge.serving.shapes.body import a_name, a_text, an_object, required, strict_object
from ticketbench.edge.serving.shapes.model import Model, Route
from ticketbench.edge.serving.shapes.problem import Malformed, detailed
from ticketbench.edge.serving.shapes.systemone import answer_about

FEWEST_LEVELS = 2


def answer(model: Model, body: bytes) -> dict[str, Any]:
    """Scored is the text in `state`, where nothing else stands in it, else its compact JSON."""
    data = strict_object(body)
    state = an_object(required(data, "state"), "state")
    alone = state.keys() == {"text"}
    text = a_name(state["text"], "state", "text") if alone else a_text(state, "state")
    _refuse_single_levels(data.get("questions"))
    return answer_about(model, data, text)


ROUTE = Route("POST", answer, detailed)


def _refuse_single_levels(questions: Any) -> None:
    """Here, unlike in System One, a score takes two levels at least."""
    for name, one in questions.items() if isinstance(questions, dict) else ():
        levels = one.get("criteria") if isinstance(one, dict) else None
        if isinstance(levels, list) and len(levels) < FEWEST_LEVELS:
            raise Malformed("a score needs two levels", "questions", name, "score", "criteria")

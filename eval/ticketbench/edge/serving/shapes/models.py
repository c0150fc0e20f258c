"""GET /v1/models: the names that the engine answers to."""

from __future__ import annotations

from typing import Any

from ticketbench.edge.serving.shapes.model import Model, Route
from ticketbench.edge.serving.shapes.problem import detailed


def answer(model: Model, body: bytes) -> dict[str, Any]:
    """The engine's own name first, then its aliases."""
    engine = model.engine
    told = [(engine.model, f"the engine {engine.name} of ticketbench, version {engine.version}")]
    told += [(alias, f"another name of {engine.model}") for alias in model.aliases]
    return {
        "models": [
            {"name": name, "description": text, "release_date": engine.released}
            for name, text in told
        ]
    }


ROUTE = Route("GET", answer, detailed)

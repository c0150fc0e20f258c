"""s1ops: records of `s1-record/1` and `jev-record/1`, a line for each item and question."""

from __future__ import annotations

from collections.abc import Iterator

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.edge.results.harness.answer import (
    ON_A_SCALE,
    Answer,
    Values,
    harness,
    shares,
    told,
    yes_or_no,
)

_SCHEMAS = ("s1-record/1", "jev-record/1")


@harness(
    "s1ops",
    tool="s1ops",
    tells=("schema", "item_id", "question_id", "primitive", "model_requested", "model_served"),
)
def s1ops(record: Values, beside: Values) -> Iterator[Answer | str]:
    """The answer as the model gave it, not as `s1 apply` may have calibrated it beside."""
    if record["schema"] not in _SCHEMAS:
        what = f"records of the schema {quoted(told(record['schema']))} are not known"
        raise InputError(what, help=f"known: {', '.join(_SCHEMAS)}")
    kind, served = record["primitive"], told(record["model_served"])
    if kind == "score":
        yield ON_A_SCALE
        return
    scores = yes_or_no(record.get("p")) if kind == "noul" else shares(record.get("probabilities"))
    yield Answer(
        question=told(record["question_id"]),
        ticket=told(record["item_id"]),
        label=told(record.get("label")),
        scores=scores,
        top=told(record.get("choice")),
        variant=served,
        failure=None if scores else "contract" if served else "http",
        columns={name: told(record[name]) for name in ("dataset", "split") if name in record},
    )

"""jev-eval: the answer cache of `jev-eval run`, a line for each row and question."""

from __future__ import annotations

from collections.abc import Iterator

from ticketbench.edge.results.harness.answer import (
    ON_A_SCALE,
    Answer,
    Values,
    harness,
    shares,
    told,
    yes_or_no,
)


@harness("jev-eval", tool="jev-eval", tells=("state_hash", "question_hash", "id", "answer", "gold"))
def jev_eval(record: Values, beside: Values) -> Iterator[Answer | str]:
    """A ticket is its text, which the file holds as a hash, so that two runs pair by it."""
    if record["type"] == "score":
        yield ON_A_SCALE
        return
    answer = record["answer"] or {}
    noul = record["type"] == "noul"
    scores = yes_or_no(answer.get("noul")) if noul else shares(answer.get("probabilities"))
    top = told(answer.get("choice"))
    yield Answer(
        question=told(record["id"]),
        ticket=told(record["state_hash"]),
        label=told(record["gold"]),
        scores=scores,
        # It takes the most probable label, whatever the server says that it chose.
        top="" if scores else top,
        variant=told(record.get("model")),
        group=told(record["state_hash"]),
        failure=None if scores or top else "http" if record.get("error") else "contract",
    )

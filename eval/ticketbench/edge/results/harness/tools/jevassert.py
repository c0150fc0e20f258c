"""jevassert: the recording of `jevassert record`, a line a case with the answers to all questions.

The right answers stand in cases.jsonl of its pack.
"""

from __future__ import annotations

from collections.abc import Iterator

from ticketbench.core.types import FailureKind
from ticketbench.edge.results.harness.answer import (
    ON_A_SCALE,
    Answer,
    Values,
    harness,
    shares,
    told,
    yes_or_no,
)
from ticketbench.edge.results.harness.gold import GOLD


@harness(
    "jevassert",
    tool="jevassert",
    tells=("case_id", "model", "latency_ms", "usage", "answers", "error"),
    needs_gold=True,
)
def jevassert(record: Values, beside: Values) -> Iterator[Answer | str]:
    """An answer for each question that the case has a gold label for."""
    case, answers = told(record["case_id"]), record["answers"] or {}
    model = told(record["model"])
    for question, label in beside[GOLD].get(case, {}).items():
        answer = answers.get(question) or {}
        if answer.get("type") == "score" or "score" in answer:
            yield ON_A_SCALE
            continue
        yes = yes_or_no(answer.get("noul"))
        scores = yes or shares(answer.get("probabilities"))
        top = told(answer.get("choice"))
        failure: FailureKind | None = "http" if record["error"] else "contract"
        yield Answer(
            question=question,
            ticket=case,
            label=label,
            scores=scores,
            top=top,
            variant=model,
            failure=None if scores or top else failure,
        )

"""decguard: the JSON report of `decguard test`, with the result of every case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ticketbench.core.types import FailureKind
from ticketbench.edge.results.harness.answer import Answer, Values, harness, shares, told

_FAILURES: Mapping[str, FailureKind] = {
    "timeout": "timeout",
    "unavailable": "network",
    "invalid_response": "contract",
}


@harness(
    "decguard",
    tool="decguard",
    tells=("decguard_version", "report_version", "contract", "case_id", "expected"),
)
def decguard(record: Values, beside: Values) -> Iterator[Answer | str]:
    """A case with the probability of each label of the contract, whatever its type."""
    result, error = record.get("result") or {}, record.get("error") or {}
    scores = shares(result.get("probabilities"))
    failure = _FAILURES.get(told(error.get("kind")), "http")
    yield Answer(
        question=told(beside["contract"].get("name")),
        ticket=told(record["case_id"]),
        label=told(record["expected"]),
        scores=scores,
        failure=None if scores else failure,
    )

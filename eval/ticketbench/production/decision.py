"""What a router decided about one ticket, and the line of the log that says so."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from ticketbench.production.log_writer import SCHEMA

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from typing import Any

    from ticketbench.production.policy_file import PolicyFile

_LONGEST_ID = 256


@dataclass(frozen=True)
class Ids:
    """What the caller calls a ticket, and where a trace of the caller's stands; never its text."""

    ticket_id: str | None = None
    trace_id: str | None = None
    span_id: str | None = None

    def named(self) -> dict[str, str]:
        """Those that are given, each cut to 256 characters; half a character, which no file can
        hold, is written as its escape.
        """
        values = {
            "ticket_id": self.ticket_id,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
        }
        return {name: _writable(str(one)) for name, one in values.items() if one is not None}


@dataclass(frozen=True)
class Decision:
    """What happens to one ticket.

    outcome       route, review or escalate; review for every failure
    label, score  the top label and its score as it came; None where there are no scores
    scores        by label in request order, as they came; None where there are none
    reason        why it is not routed: low_confidence, escalate, refused, endpoint_timeout,
                  endpoint_network, endpoint_http_NNN, endpoint_contract, circuit_open,
                  no_handler, model_changed, input; None where it is routed
    warnings      model_changed, policy_expired, policy_edited, input_truncated, log_failed
    model         as the answer names it
    error_status  the HTTP status of a failure that has one
    latency_ms    from the call to the decision, with every attempt
    attempts      questions that were sent
    """

    outcome: str
    label: str | None
    score: float | None
    scores: Mapping[str, float] | None
    reason: str | None
    warnings: tuple[str, ...]
    model: str | None
    error_status: int | None
    latency_ms: float
    attempts: int
    decision_id: str
    timestamp: str
    ids: Ids = Ids()

    @property
    def ticket_id(self) -> str | None:
        """What the caller calls the ticket."""
        return self.ids.ticket_id


def _writable(text: str) -> str:
    return text[:_LONGEST_ID].encode("utf-8", "backslashreplace").decode("utf-8")


def new_id() -> str:
    """A random UUID, as every decision has its own."""
    from uuid import UUID  # late: it is needed by the first decision, not by an import

    return str(UUID(bytes=os.urandom(16), version=4))


def moment(seconds: float) -> str:
    """Seconds since 1970 as UTC in ISO 8601 with milliseconds."""
    whole = int(seconds)
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole))
    return f"{text}.{int((seconds - whole) * 1000):03}Z"


def line_of(decision: Decision, policy: PolicyFile, **more: Any) -> dict[str, Any]:
    """The line of the log: flat but for the scores, without text and key; `more` at its end."""
    line = {
        "schema": SCHEMA,
        "timestamp": decision.timestamp,
        "decision_id": decision.decision_id,
        **decision.ids.named(),
        "policy": policy.sha256,
        "rubric_set": policy.fingerprint,
        "model": decision.model,
        "outcome": decision.outcome,
        "label": decision.label,
        "score": decision.score,
        "scores": None if decision.scores is None else dict(decision.scores),
        "reason": decision.reason,
        "latency_ms": decision.latency_ms,
        "attempts": decision.attempts,
        "warnings": list(decision.warnings),
    }
    if decision.error_status is not None:
        line["error_status"] = decision.error_status
    return {**line, **more}

"""Routers for tests: a policy for the labels of the fault server, and what was called with what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fault_server import LABELS
from policies import POLICY
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.production import Decision, Router
from ticketbench.production.policy_file import PolicyFile

RUBRICS = RubricSet(
    "v1",
    (
        Rubric(LABELS[0], "Is this about a charge, a refund or an invoice?"),
        Rubric(LABELS[1], "Is this about something that does not work?"),
    ),
)


def policy_at(url: str, policy: Policy | None = None, **fields: Any) -> PolicyFile:
    """A policy of two labels for the endpoint at `url`; routes at 0.55, escalates above 0.45."""
    rules = policy or Policy(0.55, 0.45)
    prompts = {"billing": "Talk of money.", "*": "Be kind."}
    labels = dict.fromkeys(LABELS, 204)
    given = {"url": url, "policy": rules, "rubric_set": RUBRICS, "prompts": prompts}
    reference = replace(POLICY.reference, top_labels=labels)
    return replace(POLICY, reference=reference, **{**given, **fields})


class Desk:
    """Handlers that return their name, and keep what they were called with."""

    def __init__(self) -> None:
        self.fallen_back: list[tuple[str, Decision]] = []
        self.escalated: list[tuple[str, Decision]] = []

    def handlers(self) -> dict[str, Any]:
        """A handler for each label."""
        return {label: lambda text, label=label: f"{label}: {text}" for label in LABELS}

    def fallback(self, text: str, decision: Decision) -> str:
        """Keeps what it got."""
        self.fallen_back.append((text, decision))
        return "a person"

    def escalate(self, text: str, decision: Decision) -> str:
        """Keeps what it got."""
        self.escalated.append((text, decision))
        return "two teams"


def router_at(url: str, desk: Desk | None = None, **how: Any) -> Router:
    """A router for the endpoint at `url`, with a desk for its tickets."""
    at = desk or Desk()
    policy = how.pop("policy", None) or policy_at(url)
    return Router(policy, at.handlers(), at.fallback, **how)

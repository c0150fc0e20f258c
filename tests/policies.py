"""A policy file as an export writes it, made by hand from the numbers of a small evaluation."""

from __future__ import annotations

from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import Rubric, RubricSet
from ticketbench.production.policy_file import Judged, PolicyFile, Promise, Reference

RUBRICS = RubricSet(
    "v2",
    (
        Rubric("billing", "Is this about a charge, a refund or an invoice?"),
        Rubric("general", "Is this about anything else, such as grüße?"),
    ),
)

PROMISE = Promise(
    kind="certified",
    right_at_least=0.9,
    confidence=0.9,
    chosen_on=408,
    groups=376,
    judged=Judged(routed=171, of=408, right=162, low=0.905, high=0.974),
    dataset="sha256:" + "41" * 32,
    recording="sha256:" + "c0" * 32,
)

REFERENCE = Reference(
    n=408,
    top_score_quantiles=tuple(0.21 + 0.0075 * i for i in range(101)),
    top_labels={"billing": 104, "general": 304},
    outcomes={"route": 171, "review": 190, "escalate": 47},
    confusion=((90, 9), (14, 295)),
    model={"null": 408},
)

POLICY = PolicyFile(
    created="2026-11-29T09:00:00Z",
    tool="ticketbench 0.2.0",
    rubric_set=RUBRICS,
    url="https://api.scaledown.xyz/classify",
    model=None,
    policy=Policy(0.6, 0.3, 1.0, (("billing", 0.55),), "manual_review"),
    prompts={"billing": "You are a billing specialist.", "*": "You are a helpful agent."},
    promise=PROMISE,
    reference=REFERENCE,
    review_by="2027-05-29",
)

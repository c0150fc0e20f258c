"""The threshold with a promise for all labels together."""

from __future__ import annotations

import math
from dataclasses import replace

from ticketbench.core.policy import Policy
from ticketbench.measure.thresholds.certificate import VERSION, Certificate, certificate
from ticketbench.measure.thresholds.rules import Asked, Choice, threshold_rule
from ticketbench.measure.thresholds.tickets import Tickets


@threshold_rule("certified", order=10)
def certified(tickets: Tickets, asked: Asked) -> Choice | None:
    """The lowest threshold that keeps the target with confidence; None where nothing is promised.

    A ticket whose gold is `__none__` is wrong wherever it is routed. Nothing certified: a policy
    that routes nothing.
    """
    if asked.promises < 1:
        return None
    found = certificate(
        tickets,
        escalate_above=asked.certified_limit,
        risk=asked.risk,
        delta=asked.delta,
        seed=asked.seed,
    )
    return promised_choice(found, asked)


def promised_choice(found: Certificate, asked: Asked) -> Choice:
    """What a certificate for all labels together makes of the policy in use."""
    share, sure = f"{100 * asked.min_precision:g}% right", f"{100 * asked.confidence:g}% confidence"
    return Choice(
        policy=promised_policy(asked.base, found),
        title=f"{share} among routed tickets, with {sure}",
        caveat="promised for fresh tickets like these, by ticket and by customer "
        f"(version {VERSION} of the rule)",
        target=asked.min_precision,
        certificate=found,
    )


def promised_policy(base: Policy, found: Certificate) -> Policy:
    """`base` at the certified threshold and its escalation limit; infinity where there is none."""
    usable = math.inf if math.isnan(found.threshold) else found.threshold
    limit = found.escalate_above
    return replace(base, threshold=usable, escalate_above=limit, label_thresholds=())

"""What a policy does and promises, and what a check of it found, in words."""

from __future__ import annotations

import math
from datetime import date

from ticketbench.core.policy import OUTCOMES
from ticketbench.core.quotes import clipped, words
from ticketbench.measure.production.promise_check import PromiseCheck
from ticketbench.production.policy_file import PolicyFile, Promise
from ticketbench.report.words import numbers

NO_PROMISE = "no promise"


def policy_lines(policy: PolicyFile, now: date) -> tuple[tuple[str, str], ...]:
    """What the policy will do from the day `now` on: ten pairs of a word and the rest."""
    decide, reference = policy.policy, policy.reference
    at = f" after temperature {decide.temperature:g}" if decide.temperature != 1 else ""
    own = ", ".join(
        f"{clipped(label)} {numbers.threshold(value)}" for label, value in decide.label_thresholds
    )
    of_n = [f"{reference.outcomes[name]} {name}" for name in OUTCOMES]
    marks = {"policy_edited": "; edited by hand since", "policy_expired": "; this day is past"}
    found = {name: marks[name] for name in policy.warnings(now)}
    return (
        ("policy", f"{policy.sha256[:12]}, made {policy.created[:10]} by {policy.tool}"
                   f"{found.get('policy_edited', '')}"),
        ("asks", f"{policy.url} about {numbers.count(len(policy.labels), 'label')} of "
                 f"{policy.rubric_set.name}: {words(policy.labels)}"),
        ("model", policy.model or "the answers named none"),
        ("routes", f"to the label that scores highest, from {numbers.threshold(decide.threshold)} "
                   f"on{f' ({own})' if own else ''}{at}"),
        ("escalates", _escalates(decide.escalate_above)),
        ("the rest", f"goes to {clipped(decide.fallback)}"),
        ("promise", _promise(policy)),
        ("measured", f"on {numbers.count(reference.n, 'ticket')}: {', '.join(of_n)}"),
        ("prompts", words(list(policy.prompts)) or "none"),
        ("review by", f"{policy.review_by}{found.get('policy_expired', '')}"),
    )  # fmt: skip


def _escalates(limit: float) -> str:
    if limit >= 1:
        return "never"
    return f"when two labels or more score above {numbers.threshold(limit)}"


def _promise(policy: PolicyFile) -> str:
    said = promise_text(policy)
    if said != NO_PROMISE:
        return said
    return f"{said}: nothing vouches for how much of what it routes is right"


def promise_text(policy: PolicyFile) -> str:
    """What is promised of what it routes, or that nothing is and why."""
    if policy.promise is None:
        return NO_PROMISE
    if policy.holding_promise is None:
        return f"{NO_PROMISE}: it was made for what the file said before it was edited"
    return _promised(policy.promise)


def _promised(promise: Promise) -> str:
    judged = promise.judged
    share = judged.right / judged.routed if judged.routed else math.nan
    return (
        f"with {numbers.confidence(promise.confidence)} confidence at least "
        f"{100 * promise.right_at_least:g}% of what it routes is right; measured: {judged.right} "
        f"of {judged.routed} routed right, {numbers.percent(share)} "
        f"[{100 * judged.low:.1f}, {100 * judged.high:.1f}], chosen on "
        f"{numbers.count(promise.chosen_on, 'ticket')} in {numbers.count(promise.groups, 'group')}"
    )


def check_text(found: PromiseCheck, *, chosen_on: bool) -> str:
    """The verdict with its numbers, and what would settle it. No last stop.

    `chosen_on`: these are the tickets that the policy was made from.
    """
    said = f"{found.verdict}: {_seen(found)}"
    if chosen_on:
        return f"{said}; but these are the tickets that it was made from: label new ones"
    return said if found.verdict != "cannot tell" else f"{said}; {_settled_by(found)}"


def _seen(found: PromiseCheck) -> str:
    """Such as "162 of 171 routed tickets are right, 94.7% [91.0, 97.0] where 90% is promised"."""
    promised = f"{100 * found.promised:g}%"
    if math.isnan(found.value):
        return f"none of {numbers.count(found.n, 'ticket')} would be routed"
    ends = [found.low, found.high]
    decimals = numbers.telling([100 * e for e in ends], apart_from=[100 * found.promised], least=1)
    low, high = (numbers.number(100 * end, decimals) for end in ends)
    by_group = ""
    if found.n_groups < found.n:
        by_group = f", by group {found.groups_right} of {found.groups}"
    return (
        f"{found.right} of {numbers.count(found.routed, 'routed ticket')} right{by_group}: "
        f"{numbers.percent(found.value)} [{low}, {high}] with "
        f"{numbers.confidence(found.confidence)} confidence, {promised} is asked for"
    )


def _settled_by(found: PromiseCheck) -> str:
    if found.needed is None and not found.groups:
        return "only routed tickets tell"
    if found.needed is None:
        return "no number of tickets like these would tell"
    return f"about {found.needed:,} labelled tickets would tell, there are {found.n:,}"

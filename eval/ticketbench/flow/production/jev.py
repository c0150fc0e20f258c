"""A policy as the `thresholds.json` of jev-eval, for routers of System One that read that file.

Version 1 of its contract is that of jev-eval 1.2.0. It knows one threshold a question, held against
the `confidence` of an answer, and how often answers from there on were right.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.policy import TOLERANCE
from ticketbench.core.shapes.address import address
from ticketbench.core.shapes.contract import CHOICE, INSTRUCTIONS
from ticketbench.core.shapes.systemone import QUESTION, SystemOne
from ticketbench.flow.production.policy_export import Exported
from ticketbench.flow.production.policy_words import NO_PROMISE, promise_text
from ticketbench.measure.thresholds.choose import FEWEST_TICKETS
from ticketbench.production.policy_file import PolicyFile
from ticketbench.report.words import numbers

CONTRACT = 1

TWO_CANNOT = 0.5
"""Two of several shares of 1 cannot both be above: escalation from there on is none."""

_DECIMALS = 9
_UNNAMED = "unknown"
_SCHEME = f"{SystemOne.scheme}+"


def confidence_at(score: float, n_labels: int) -> float:
    """The confidence of an answer whose top label has `score`: (p - 1/K) / (1 - 1/K), at least 0.

    0 where all K labels score alike, 1 where one has everything; nine decimals, and TOLERANCE less,
    as a server's own arithmetic may end a hair below. K is at least 2.
    """
    even = 1 / n_labels
    found = round((score - even) / (1 - even), _DECIMALS) - TOLERANCE
    return max(0.0, round(found, _DECIMALS))


def thresholds_bytes(exported: Exported) -> bytes:
    """The file: JSON in UTF-8; same policy, same bytes. Raises what `thresholds` raises."""
    text = json.dumps(thresholds(exported), indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def thresholds(exported: Exported) -> dict[str, Any]:
    """The value of the file, its keys in the order of jev-eval.

    `guard` is `holdout` where every ticket was judged by a threshold chosen on the others, `none`
    where on the same ones. What the contract has no place for stands under `x_ticketbench`. Raises
    InputError where it cannot carry the policy.
    """
    policy, judged = exported.policy, exported.judged
    _refuse_more_than_a_threshold(policy)
    _refuse_nothing_known(exported)
    n_labels = len(policy.labels)
    right = judged.selective_precision
    return {
        "version": CONTRACT,
        "model": policy.model or _asked(policy, "model", _UNNAMED),
        "generatedAt": policy.created,
        "guard": _guard(exported.parts),
        "tolerance": 0,
        "questions": {
            QUESTION: {
                "type": "choice",
                "threshold": confidence_at(policy.policy.threshold, n_labels),
                "accuracy": judged.right / judged.routed,
                "coverage": judged.routed / judged.n,
                "n": judged.n,
            }
        },
        "definitions": {QUESTION: _question(policy)},
        "x_ticketbench": {
            "tool": policy.tool,
            "policy": policy.sha256,
            "kind": exported.kind,
            "endpoint": policy.url,
            "score": policy.policy.threshold,
            "confidence": f"(score - 1/{n_labels}) / (1 - 1/{n_labels})",
            "accuracy_low": right.low,
            "accuracy_high": right.high,
            "routed": judged.routed,
            "right": judged.right,
            "promise": None if policy.promise is None else asdict(policy.promise),
            "review_by": policy.review_by,
        },
    }


def summary(exported: Exported) -> str:
    """What the file does and promises, in a sentence."""
    policy, judged = exported.policy, exported.judged
    score = policy.policy.threshold
    gate = f"from confidence {confidence_at(score, len(policy.labels)):.4g} on"
    gate += f", a score of {numbers.threshold(score)}"
    if policy.promise is not None:
        return f"{gate}, {promise_text(policy)}"
    right = numbers.estimate(judged.selective_precision)
    return (
        f"{gate}, {judged.routed} of {judged.n} tickets go out alone, {judged.right} of these "
        f"right ({right}); {NO_PROMISE}"
    )


def warnings(exported: Exported) -> tuple[str, ...]:
    """What to know before the file is used."""
    found = [
        "the number holds where a server computes `confidence` as (p - 1/K) / (1 - 1/K) of its "
        "largest share p of K; there are others, which route other tickets: hold it against "
        "labelled answers of yours with `jev-eval check`"
    ]
    if not exported.policy.url.startswith(_SCHEME):
        found.append(
            f"the scores are those of {exported.policy.url}, which is no System One endpoint: "
            "they hold for one that scores alike"
        )
    return (*exported.warnings, *found)


def _refuse_more_than_a_threshold(policy: PolicyFile) -> None:
    rules = policy.policy
    if rules.temperature != 1:
        what, help_ = f"a temperature of {rules.temperature:g}", "policy.temperature=1"
    elif rules.label_thresholds:
        what, help_ = "thresholds of single labels", "policy.label_thresholds=null"
    elif policy.prompts:
        raise InputError("thresholds.json has no place for prompts", help="leave --prompts out")
    elif rules.escalate_above < TWO_CANNOT:
        raise InputError(
            f"thresholds.json has no place for escalation above {rules.escalate_above:g}",
            help="--drop-escalation chooses and counts everything without it",
        )
    else:
        return
    raise InputError(
        f"thresholds.json has no place for {what}",
        help=f"without: --set {help_}; or the whole policy: --format ticketbench",
    )


def _refuse_nothing_known(exported: Exported) -> None:
    judged, policy = exported.judged, exported.policy
    if len(policy.labels) < 2:
        raise InputError("thresholds.json needs two labels: of one, every answer is sure")
    if judged.n < FEWEST_TICKETS:
        what = f"no threshold is taken from {numbers.count(judged.n, 'ticket')}"
        raise InputError(what, help=f"label {FEWEST_TICKETS} or more")
    if not judged.routed:
        what = f"none of {judged.n} tickets goes out alone, so that no share right is known"
        raise InputError(what, help="take a lower threshold")
    if _asked(policy, "ask", CHOICE) != CHOICE:
        what = "the scores are those of yes-or-no questions, whose answers have no confidence"
        raise InputError(what, where=policy.url, help="ask with ask=choice, and measure again")


def _guard(parts: int) -> dict[str, Any]:
    """How accuracy and coverage were counted, in the words of jev-eval."""
    return {"method": "holdout", "fraction": 1 / parts} if parts else {"method": "none"}


def _question(policy: PolicyFile) -> dict[str, Any]:
    """The question as it is sent to a System One endpoint."""
    return {
        "type": "choice",
        "instructions": _asked(policy, "instructions", INSTRUCTIONS),
        "criteria": {rubric.label: rubric.text for rubric in policy.rubrics},
    }


def _asked(policy: PolicyFile, option: str, else_: str) -> str:
    """An option of the URL of a System One endpoint."""
    if not policy.url.startswith(_SCHEME):
        return else_
    return address(policy.url).shape.given.get(option, else_)

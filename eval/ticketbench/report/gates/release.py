"""A release in words: may it ship, why or why not, and what to do next."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ticketbench.measure.pairs.verdict import exceeds
from ticketbench.report.words import numbers
from ticketbench.report.words.losses import allowed_text, left_text

if TYPE_CHECKING:
    from ticketbench.measure.gates.results import OnFresh

_NOTE = "ticketbench baseline release CONFIG LABELS"


def release_headline(result: OnFresh) -> str:
    """The answer in a line, for a person."""
    own, loss = result.rubric_set, allowed_text(result.budget, share=True)
    match result.outcome:
        case "pass":
            return f"{own} may ship: a loss of {loss} against the pin is ruled out"
        case "fail" if exceeds(-result.change.value, result.budget):
            return f"{own} may not ship: it loses more than the {loss} allowed against the pin"
        case "fail":
            return f"{own} may not ship: a loss of {loss} against the pin is not ruled out"
        case "inconclusive":
            return f"cannot tell yet whether {own} may ship: {_missing(result)}"


def release_action(result: OnFresh) -> str:
    """What to do next."""
    match result.outcome:
        case "inconclusive":
            return _missing(result)
        case "pass" if result.noted:
            return "ship it, and bless it"
        case "fail" if result.noted:
            return "nothing ships; take changes back, or try again on other fresh tickets"
        case "pass":
            return f"note it in the ledger, then ship it: {_NOTE}"
        case "fail":
            return f"nothing ships; note it in the ledger: {_NOTE}"


def release_demand(result: OnFresh) -> str:
    """What the gate asks for."""
    loss = allowed_text(result.budget, share=True)
    return f"on fresh tickets not worse than the pin ({result.against}) by {loss} of accuracy"


def release_found(result: OnFresh) -> str:
    """What is known: tickets, labels, the change with its bounds, and what another look takes."""
    tickets = numbers.count(result.n, "fresh ticket")
    told = [f"{tickets}, other answers on {result.n_differ:,}, {_labelled(result)}"]
    if result.outcome != "inconclusive":
        told += [f"{result.gained:,} better, {result.lost:,} worse", change_text(result)]
        told.append(left_text(result.loss_left, result.budget, share=True))
    told += [f"look {result.look} of {result.planned} planned until the next pin"]
    if _too_few(result):
        told.append(_needed(result))
    return "; ".join(part for part in told if part)


def change_text(result: OnFresh) -> str:
    """Such as "+0.4 points [-1.9, +2.7] (at 98%)", or why there are no bounds."""
    if math.isnan(result.change.low):
        return f"no bounds: {result.change.method}"
    change = numbers.difference(result.change, apart_from=(0.0, -result.budget))
    return f"{change} points (at {numbers.confidence(result.confidence)})"


def _missing(result: OnFresh) -> str:
    left, differ = result.n_wanted - result.n_labelled, numbers.count(result.n_differ, "ticket")
    more = f"{left:,} more of the" if left < result.n_differ else "the"
    return f"label {more} {differ} on which it differs from the pin"


def _labelled(result: OnFresh) -> str:
    if not result.n_wanted:
        return "no label needed"
    return f"{result.n_labelled:,} of {result.n_wanted:,} labels given"


def _too_few(result: OnFresh) -> bool:
    """Whether a release as good as the pin would not ship in 85 of 100 on these."""
    return result.outcome != "pass" and result.n < result.n_needed


def _needed(result: OnFresh) -> str:
    tickets, labels = numbers.about(result.n_needed), numbers.about(result.n_labels_needed)
    return (
        f"a release as good as the pin ships in 85 of 100 on {tickets} fresh tickets with {labels} "
        "labels"
    )

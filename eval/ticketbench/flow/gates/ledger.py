"""How far a baseline may have slid: what blessing adds to its ledger, and when that is warned of.

Only fresh tickets hold a budget. What is judged on the same tickets again and again is merged for
what did well on these, so that the seen changes may be kinder than the true ones; a ledger shows a
slide and cannot stop it (docs/evidence.md).

The sum is of gains and losses: where the baseline stands against its pin. A sum of the losses alone
warns of everything, within 20 changes also where each is harmless.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Finding
from ticketbench.edge.inputs.config import Config
from ticketbench.edge.results.baseline import Baseline, Origin
from ticketbench.edge.results.ledger import DIGITS, Ledger, Pin, SeenChange
from ticketbench.report.words import numbers

MOST_MERGED = 20
"""A convention, not a law: every change that was merged because it did well on these tickets was
picked by their luck, too, and no number of looks is free of that.
"""

ONE_LOOK = (
    "without fresh tickets the gates hold for one look per pin; after that they are a smoke test"
)


def ledger_after(before: Baseline | None, now: Baseline) -> Ledger:
    """The ledger of `now`, blessed after `before`.

    The first baseline is its own pin; one of before ledgers becomes the pin of the next. What has
    the inputs and answers of `before` is no other look at the tickets and adds nothing. What was
    pinned is kept where it is known.
    """
    if before is None:
        return Ledger((pin_at(now.origin),), pinned=now.asked)
    ledger = before.ledger or Ledger((pin_at(before.origin),))
    ledger = replace(ledger, pinned=before.asked_at_pin)
    if not now.origin.differs(before.origin):
        return ledger
    return replace(ledger, seen=(*ledger.seen, seen_change(before, now)))


def seen_change(before: Baseline, now: Baseline) -> SeenChange:
    """The change of accuracy on the tickets that both have with the same gold label.

    A ticket that no label fits has no part in accuracy. Without a common ticket NaN, and n is 0.
    """
    turned = [
        new.right - before.tickets[own].right
        for own, new in now.tickets.items()
        if own in before.tickets and before.tickets[own].label == new.label != NONE_LABEL
    ]
    change = sum(turned) / len(turned) if turned else math.nan
    return SeenChange(round(change, DIGITS) + 0.0, len(turned), now.reason)


def pin_at(origin: Origin) -> Pin:
    """The pin that a ledger begins with, at a baseline of `origin`."""
    return Pin(origin.dataset, origin.rubrics, origin.scores)


def pinned(baseline: Baseline, reason: str) -> Ledger:
    """The ledger started afresh at what is blessed now; the pin keeps what that accepted, and why.

    What a baseline without a ledger lost is not known. Releases are counted afresh, too.
    """
    pin, before = replace(pin_at(baseline.origin), reason=reason), baseline.ledger
    if before is None:
        return Ledger((pin,), pinned=baseline.asked)
    pin = replace(pin, merged=before.merged, accepted=before.sum_seen)
    return Ledger((*before.pins, pin), pinned=baseline.asked)


def ledger_text(ledger: Ledger, budget: float) -> str:
    """Such as "14 changes since the pin: accuracy -1.9 points, allowed -5"."""
    if not ledger.merged:
        return "nothing blessed since the pin"
    changes, seen = numbers.count(ledger.merged, "change"), numbers.points(ledger.sum_seen)
    text = f"{changes} since the pin: accuracy {seen} points, allowed -{_points(budget)}"
    return f"{text}{_unseen(ledger)}"


def looks_text(ledger: Ledger, planned: int) -> str:
    """How many releases were judged on fresh tickets, and what holds for a team without any."""
    if ledger.looks:
        n, shipped = len(ledger.looks), sum(look.ships for look in ledger.looks)
        return f"{n:,} of {planned:,} planned until the next pin judged, {shipped:,} may ship"
    told = "none judged since the pin on fresh tickets"
    if not ledger.merged:
        return told
    looks = numbers.count(ledger.merged, "look")
    return f"{told}; {looks} at the same ones: {ONE_LOOK}"


def ledger_findings(baseline: Baseline, config: Config) -> tuple[Finding, ...]:
    """Warnings where the baseline lost more than half the budget since its pin, or its tickets
    judged more than MOST_MERGED changes; none without a ledger.
    """
    ledger = baseline.ledger
    return tuple(_findings(ledger, len(baseline.tickets), config)) if ledger else ()


def _findings(ledger: Ledger, n: int, config: Config) -> Iterator[Finding]:
    budget = config.file.baseline_budget
    pin = f"ticketbench baseline pin {config.path}"
    if ledger.sum_seen < -budget / 2:
        limit = "" if ledger.sum_seen < -budget else "half of "
        yield Finding(
            code="TB305",
            severity="warning",
            title=f"accuracy has slid by {_points(-ledger.sum_seen)} points since the pin, "
            f"more than {limit}the {_points(budget)} allowed",
            evidence=f"{numbers.count(ledger.merged, 'change')}, each judged against the one "
            f"before it{_unseen(ledger)}",
            action=f"take changes back, or accept it: {pin}",
        )
    if ledger.merged > MOST_MERGED:
        changes = numbers.count(ledger.merged, "change")
        yield Finding(
            code="TB306",
            severity="warning",
            title=f"these {numbers.count(n, 'ticket')} have judged {changes}",
            evidence=f"their verdicts grow too kind; {ONE_LOOK}",
            action=f"judge fresh tickets, then: {pin}",
        )


def _unseen(ledger: Ledger) -> str:
    """What the sum leaves out, after a semicolon; nothing where it holds every change."""
    n = ledger.n_unseen
    return f"; {n} of them not seen, without a ticket in common with the one before" if n else ""


def _points(share: float) -> str:
    """A share of at least 0 in points, with a decimal where it has one."""
    return f"{round(100 * share, 1):g}"

"""What a verdict with few labels can be about, and which tickets need a label for it.

Each target is a mean over all logged tickets, so a ticket whose part is the same whatever its label
is needs no person. That is asked of the target itself: it is worked out for every label there is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.policy import ROUTE, Costs, Policy, at_temperature, exceeds
from ticketbench.core.types import NONE, BoolArray, FloatArray, IntArray, ScoreTable
from ticketbench.measure.kinds import RoutedTickets
from ticketbench.measure.metrics import cost
from ticketbench.measure.pairs.changes import NOT_LOOKED
from ticketbench.measure.pairs.pairing import Pair

UNLABELLED = -2
"""Index of a ticket that nobody has labelled yet; -1 is `__none__`."""


@dataclass(frozen=True, slots=True)
class Target:
    """A mean over tickets: name, title, value of each ticket, and which way is better."""

    name: str
    title: str
    of: Callable[[RoutedTickets], FloatArray]
    higher_is_better: bool = True
    share: bool = True


def _accuracy(tickets: RoutedTickets) -> FloatArray:
    return tickets.right.astype(np.float64)


def _wrongly_routed(tickets: RoutedTickets) -> FloatArray:
    return np.asarray((tickets.outcome == ROUTE) & ~tickets.right, dtype=np.float64)


def _routed_right(tickets: RoutedTickets) -> FloatArray:
    return np.asarray((tickets.outcome == ROUTE) & tickets.right, dtype=np.float64)


def _cost(tickets: RoutedTickets) -> FloatArray:
    return np.asarray(cost(tickets).values, dtype=np.float64)


TARGETS: dict[str, Target] = {
    each.name: each
    for each in (
        Target("accuracy", "Right of all tickets", _accuracy),
        Target(
            "wrongly_routed", "Routed to a wrong label", _wrongly_routed, higher_is_better=False
        ),
        Target("routed_right", "Routed to the right label", _routed_right),
        Target("cost", "Cost per ticket", _cost, higher_is_better=False, share=False),
    )
}
"""Every target by name. Gold `__none__` has no right label, so it is wrong in all of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """What base and candidate make of the same n tickets, whatever the labels of these are.

    labels    of both sets, those of the base first; labels of tickets are indices into them
    tops      n indices each
    outcomes  ROUTE, REVIEW or ESCALATE, n each
    asked     n x labels each: whom an escalation would ask; None where nobody can tell
    groups    n group numbers
    """

    labels: tuple[str, ...]
    tops: tuple[IntArray, IntArray]
    outcomes: tuple[IntArray, IntArray]
    asked: tuple[BoolArray, BoolArray] | None
    groups: IntArray

    @property
    def n(self) -> int:
        """Number of tickets."""
        return len(self.groups)


def sides(pair: Pair, *, policies: tuple[Policy, Policy] | None = None) -> Sides:
    """Both sides of paired tickets; what their tables say of gold labels is not looked at.

    `policies` are those that the outcomes follow from: they tell whom an escalation asks. Without
    them, as of a baseline, nobody can tell.
    """
    base, candidate = (side.table for side in pair)
    labels = tuple(dict.fromkeys(chain(base.labels, candidate.labels)))
    asked = None
    if policies is not None and base.complete and candidate.complete:
        asked = _asked(base, policies[0], labels), _asked(candidate, policies[1], labels)
    return Sides(
        labels=labels,
        tops=(_tops(base, labels), _tops(candidate, labels)),
        outcomes=(pair[0].outcome, pair[1].outcome),
        asked=asked,
        groups=base.groups,
    )


def gains(of: Sides, target: Target, gold: IntArray, *, costs: Costs) -> FloatArray:
    """By how much the candidate is better on each ticket if `gold` is its label; in the target's
    unit, positive where better. InputError where a missed escalation has a price and it cannot be
    told whom an escalation asks.
    """
    base, candidate = (target.of(_tickets(of, side, gold, costs)) for side in (0, 1))
    return candidate - base if target.higher_is_better else base - candidate


@dataclass(frozen=True, slots=True, eq=False)
class Stakes:
    """What is known of each ticket's gain before anybody labels.

    known   n gains; NaN where they depend on the label, so that a person has to look
    most    the largest gain or loss that any ticket could have, above 0
    """

    known: FloatArray
    most: float

    @property
    def differs(self) -> BoolArray:
        """Which tickets need a label."""
        return np.isnan(self.known)


def stakes(of: Sides, target: Target, *, costs: Costs) -> Stakes:
    """Which tickets need a label: those on which the gain is not the same for every label.

    For the accuracy these are the tickets with different top labels. For outcomes, those that at
    least one side routes, unless both route them to the same label. Errors as in `gains`.
    """
    none = np.full(of.n, NONE, dtype=np.int64)
    low = high = gains(of, target, none, costs=costs)
    for label in range(len(of.labels)):
        each = gains(of, target, np.full_like(none, label), costs=costs)
        low, high = np.minimum(low, each), np.maximum(high, each)
    return Stakes(np.where(low == high, low, np.nan), 1.0 if target.share else _dearest(costs))


def _dearest(costs: Costs) -> float:
    dearest = max(costs.misroute, costs.review, costs.escalate + (costs.missed or 0.0))
    return dearest if dearest > 0 else 1.0


def _tickets(of: Sides, side: int, gold: IntArray, costs: Costs) -> RoutedTickets:
    right = of.tops[side] == gold
    if costs.missed is None:
        return RoutedTickets(of.outcomes[side], right, costs)
    if of.asked is None:
        raise InputError(f"the cost cannot be told: {NOT_LOOKED}")
    asked = of.asked[side][np.arange(of.n), gold] & (gold >= 0)
    return RoutedTickets(of.outcomes[side], right, costs, missed=~asked)


def _tops(table: ScoreTable, labels: tuple[str, ...]) -> IntArray:
    numbers = np.array([labels.index(label) for label in table.labels], dtype=np.int64)
    return numbers[table.top]


def _asked(table: ScoreTable, policy: Policy, labels: tuple[str, ...]) -> BoolArray:
    """As `missed_by` has it for the gold label, for every label."""
    asked = np.zeros((table.n_scored, len(labels)), dtype=np.bool_)
    scores = at_temperature(table.scores, policy.temperature)
    columns = [labels.index(label) for label in table.labels]
    asked[:, columns] = exceeds(scores, policy.escalate_above)
    return asked

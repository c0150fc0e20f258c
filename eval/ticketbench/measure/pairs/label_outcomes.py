"""What becomes of each label's tickets today and under another setting, and which label loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ticketbench.core.policy import ROUTE, Policy
from ticketbench.core.types import BoolArray, Estimate, ScoreTable, Value
from ticketbench.measure.pairs.change import Change
from ticketbench.measure.pairs.of_means import of_means
from ticketbench.measure.pairs.pairing import Judged, judged, paired
from ticketbench.measure.pairs.verdict import difference_of
from ticketbench.measure.statistics.holm import LEVEL, holm
from ticketbench.measure.statistics.intervals import share

FEW = 20
"""Of a label with fewer tickets nothing is said before anything else."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelOutcome(Value):
    """What becomes of the tickets of one label; right + away + person is their number.

    right   they reach their label without a person: right alone; `right_alone` is their share
    away    they go to another label without a person
    person  they are reviewed or escalated
    sent_in tickets of other labels, or of none, that go to this one without a person
    """

    right: int
    away: int
    person: int
    sent_in: int
    right_alone: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class LabelMove(Value):
    """A label today and under the other setting, on the same n tickets.

    change  of the share right alone, with its 95 % interval
    p_loss  one-sided, of no loss, adjusted for looking at every label (Holm 1979)
    """

    label: str
    n: int
    today: LabelOutcome
    then: LabelOutcome
    change: Estimate
    p_loss: float

    @property
    def loses(self) -> bool:
        """Whether fewer tickets are found to go right alone."""
        return self.change.value < 0 and self.p_loss < LEVEL


def label_moves(
    today: tuple[ScoreTable, Policy], then: tuple[ScoreTable, Policy]
) -> tuple[LabelMove, ...]:
    """Every gold label with tickets that both sides answered, in the order of the second table.

    Labels that only the first table knows come last. Nothing answered by both: empty.
    """
    pair = paired(judged(*today), judged(*then))
    labels = dict.fromkeys((*pair[1].table.gold_labels, *pair[0].table.gold_labels))
    sides = [(label, _outcome(pair[0], label), _outcome(pair[1], label)) for label in labels]
    known = [(label, a, b) for label, a, b in sides if a.right_alone.n]
    changes = [_change(pair, label) for label, _, _ in known]
    adjusted = holm([change.p(side="below") for change in changes])
    return tuple(
        LabelMove(label, a.right_alone.n, a, b, difference_of(change), p)
        for (label, a, b), change, p in zip(known, changes, adjusted, strict=True)
    )


def worst(moves: Sequence[LabelMove]) -> LabelMove | None:
    """The label that loses most; one with few tickets only where no other loses. Ties: the first.

    None where no label is found to lose.
    """
    losing = [move for move in moves if move.loses]
    return min(losing, key=lambda move: (move.n < FEW, move.change.value), default=None)


def _outcome(side: Judged, label: str) -> LabelOutcome:
    table, routed = side.table, side.outcome == ROUTE
    of = _of_label(table, label)
    column = table.labels.index(label) if label in table.labels else -1
    right = routed[of] & table.right[of]
    return LabelOutcome(
        right=int(right.sum()),
        away=int((routed[of] & ~table.right[of]).sum()),
        person=int((~routed[of]).sum()),
        sent_in=int((routed & ~of & (table.top == column)).sum()),
        right_alone=share(right, table.groups[of]),
    )


def _change(pair: tuple[Judged, Judged], label: str) -> Change:
    """Of the share right alone, paired by ticket."""
    of = _of_label(pair[1].table, label)
    first, second = (
        np.asarray(side.table.right & (side.outcome == ROUTE), dtype=np.float64)[of]
        for side in pair
    )
    return of_means(first, second, pair[1].table.groups[of])


def _of_label(table: ScoreTable, label: str) -> BoolArray:
    if label not in table.gold_labels:
        return np.zeros(table.n_scored, dtype=np.bool_)
    return np.asarray(table.truth == table.gold_labels.index(label))

"""Which gold labels to read again. Nothing is removed.

A disagreement mostly means that the classifier is wrong: at an accuracy of .7 and 3 % wrong labels
about one in eight is a label error. Dropping them all would make any classifier look better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import NONE, BoolArray, IntArray, ScoreTable


@dataclass(frozen=True, slots=True)
class Suspect:
    """A ticket whose gold label may be wrong.

    suggested  the top label; `suggested_score` is its score
    own_score  the score of the gold label
    agreeing   how many of the rubric sets suggest this label, 1 or 2
    """

    ticket_id: str
    gold: str
    suggested: str
    own_score: float
    suggested_score: float
    agreeing: int


def suspects(
    table: ScoreTable, other: ScoreTable | None = None, *, most: int = 20
) -> tuple[Suspect, ...]:
    """The `most` tickets whose gold label is worth a second look, the likeliest error first.

    All have a top label other than the gold label. First those where `other`, another rubric set
    on the same dataset, has the same top label too; then by the score of the gold label, lowest
    first (self-confidence, Northcutt et al. 2021); ties by id. No other label errors can be seen
    this way: gold `__none__` and labels that a set cannot express are no disagreement with it.
    Nothing to suspect: empty.
    """
    doubted = ~table.right & (table.truth != NONE) & (table.truth < len(table.labels))
    rows = np.flatnonzero(doubted)
    own = table.scores[rows, table.truth[rows]]
    agreeing = np.ones(len(rows), dtype=np.int64)
    if other is not None:
        agreeing += _same_suggestion(table, other, rows)
    order = np.lexsort((own, -agreeing))
    if most < len(order):
        # What ties with the last one kept competes too: ids decide, not file order.
        last = order[max(0, most - 1)]
        tied = (agreeing == agreeing[last]) & (own == own[last])
        order = np.union1d(order[:most], np.flatnonzero(tied))
    found = [_suspect(table, int(rows[i]), int(agreeing[i])) for i in order]
    return tuple(sorted(found, key=_by_likelihood)[:most])


def _same_suggestion(table: ScoreTable, other: ScoreTable, rows: IntArray) -> BoolArray:
    """Whether the other set has the same top label, and could have named the gold label."""
    position = {ticket: i for i, ticket in enumerate(other.ids)}
    at = np.array([position.get(table.ids[i], NONE) for i in rows], dtype=np.int64)
    column = {label: i for i, label in enumerate(other.labels)}
    there = np.array([column.get(label, NONE) for label in table.labels], dtype=np.int64)
    if other.n_scored == 0:
        return np.zeros(len(rows), dtype=np.bool_)
    same = there[table.top[rows]] == other.top[at]
    return np.asarray(same & (at != NONE) & (there[table.truth[rows]] != NONE))


def _suspect(table: ScoreTable, row: int, agreeing: int) -> Suspect:
    truth = int(table.truth[row])
    return Suspect(
        ticket_id=table.ids[row],
        gold=table.gold_labels[truth],
        suggested=table.labels[table.top[row]],
        own_score=float(table.scores[row, truth]),
        suggested_score=float(table.top_score[row]),
        agreeing=agreeing,
    )


def _by_likelihood(suspect: Suspect) -> tuple[int, float, str]:
    return -suspect.agreeing, suspect.own_score, suspect.ticket_id

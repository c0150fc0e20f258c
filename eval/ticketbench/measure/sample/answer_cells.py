"""Answers in cells, each of one top label and similar top scores, so that they can be counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import FloatArray, IntArray, highest

_MOST_CELLS = 3
"""Of one top label: low, middle and high scores. More cells would hold fewer tickets each."""

_FEWEST_ANSWERS = 15
"""Per cell, of the tickets that the cells are made from; rarer top labels share the last cell."""


@dataclass(frozen=True, slots=True, eq=False)
class AnswerCells:
    """Cells of each top label: it starts at `first`, and `edges` of its top scores divide it."""

    edges: tuple[FloatArray, ...]
    first: IntArray
    n: int

    def of(self, scores: FloatArray) -> IntArray:
        """The cell of each row of `scores`, from 0 to n - 1; a tie goes to the earlier label."""
        top, score = highest(scores)
        found: IntArray = self.first[top]
        for label, edges in enumerate(self.edges):
            own = top == label
            found[own] += np.searchsorted(edges, score[own], side="right")
        return found


def answer_cells(scores: FloatArray) -> AnswerCells:
    """Up to three cells a top label, with equally many of these tickets each and at least 15.

    Labels that are on top less often share one cell, the last.
    """
    top, score = highest(scores)
    often = np.bincount(top, minlength=scores.shape[1])
    cells = np.minimum(often // _FEWEST_ANSWERS, _MOST_CELLS)
    edges = tuple(
        np.quantile(score[top == label], np.arange(1, n) / n) if n > 1 else np.zeros(0)
        for label, n in enumerate(cells.tolist())
    )
    last = int(cells.sum())
    first = np.where(cells > 0, np.cumsum(cells) - cells, last).astype(np.int64)
    return AnswerCells(edges, first, last + bool((cells == 0).any()))

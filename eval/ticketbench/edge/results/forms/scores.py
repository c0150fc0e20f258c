"""The scores of rows, or the problems of all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from ticketbench.core.classify import AGREEMENT, ContractViolation
from ticketbench.edge.results.forms.causes import ScoredRow, causes
from ticketbench.edge.results.forms.counted import Found, between, rows_of, several
from ticketbench.edge.results.forms.numbers import distribution, number_of, refuse_underscores
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.forms.origin import Origin

_SUM_IS_OFF = 1e-9


@dataclass(slots=True)
class Scores:
    """The scores of the rows, none for a row without any; and what is wrong, where something is.

    n_zero       empty cells that were read as 0, and in how many rows
    sums_under_1 of the rows with such cells that do not sum to 1, by the number of the row
    """

    values: list[list[float] | None] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)
    n_zero: tuple[int, int] = (0, 0)
    sums_under_1: dict[int, float] = field(default_factory=dict)

    def notes(self, row: str, *, n_gold_empty: int) -> tuple[str, ...]:
        """What was decided in reading them, in one sentence; `row` is what their numbers count.

        `n_gold_empty` of the empty cells are the score of the gold label.
        """
        cells, rows = self.n_zero
        if not cells:
            return ()
        scores = f"the scores of {rows_of(rows, len(self.values))}"
        told = [f"{several(cells, 'empty cell')} among {scores} {'are' if cells > 1 else 'is'} 0"]
        gold = f"log loss counts {several(n_gold_empty, 'empty gold label')} as half a last digit"
        if self.sums_under_1:
            sums, first = list(self.sums_under_1.values()), min(self.sums_under_1)
            told.append(f"{len(sums):,} of these then sum to {between(sums)}, first {row} {first}")
            told.append(f"what was left out is at most {1 - min(sums):.3g} of a row")
            told.append("accuracy is not touched" + (", log loss hardly" * (not n_gold_empty)))
        return ("; ".join([*told, gold] if n_gold_empty else told),)


def scores_of(
    numbers: Sequence[int], cells: Sequence[Sequence[str]], columns: Sequence[str], origin: Origin
) -> Scores:
    """The scores of each row under the form of its table.

    `numbers` are those of the rows, `columns` the names of the cells, for a message.
    """
    form = origin.form
    every = complete_shares(cells, form)
    if every is not None:
        return Scores([*every])
    number, found, bad = number_of(form), Scores(), False
    cells_zero = rows_zero = 0
    for line, of_row in zip(numbers, cells, strict=True):
        if not any(of_row):
            found.values.append(None)
            continue
        values = _values(of_row, number, form)
        if form.empty_scores == "zero" and not all(of_row):
            cells_zero, rows_zero = cells_zero + of_row.count(""), rows_zero + 1
            if values is not None and 1 - (total := math.fsum(values)) > AGREEMENT:
                found.sums_under_1[line] = total
        bad = bad or values is None
        found.values.append(values)
    found.n_zero = (cells_zero, rows_zero)
    if bad:
        rows = zip(numbers, cells, strict=True)
        scored = [ScoredRow(line, tuple(of_row)) for line, of_row in rows if any(of_row)]
        found.problems = causes(scored, columns, origin)
    return found


def complete_shares(cells: Sequence[Sequence[str]], form: Form) -> list[list[float]] | None:
    """The scores of rows that are shares without an empty cell, read together; None where any row
    is another one, or wrong: then each has to be looked at.
    """
    flat = list(chain.from_iterable(cells))
    if form.scale != "prob" or form.decimal != "." or not flat or not all(flat):
        return None
    try:
        refuse_underscores(flat)
        values = np.fromiter(map(float, flat), np.float64, len(flat)).reshape(len(cells), -1)
        if not ((values >= 0) & (values <= 1)).all():
            return None
        rows: list[list[float]] = values.tolist()
        # A sum of floats is off by less than this; those near the limit are summed exactly.
        unsure = np.abs(values.sum(axis=1) - 1) > AGREEMENT - _SUM_IS_OFF
        for i in np.flatnonzero(unsure).tolist():
            distribution(rows[i], cells[i], form)
    except (ValueError, ContractViolation):
        return None
    return rows


def _values(cells: Sequence[str], number: Callable[[str], float], form: Form) -> list[float] | None:
    """None where the cells are no scores."""
    printed = cells
    if form.empty_scores == "zero" and not all(cells):
        zero = "-inf" if form.scale == "log" else "0"
        cells, printed = [cell or zero for cell in cells], [cell for cell in cells if cell]
    try:
        refuse_underscores(cells)
        return distribution(list(map(number, cells)), printed, form)
    except (ValueError, ArithmeticError, ContractViolation):
        return None

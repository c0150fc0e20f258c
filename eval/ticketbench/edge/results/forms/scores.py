"""The scores of rows, or the problems of all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ticketbench.core.classify import (
    AGREEMENT,
    ContractViolation,
    check_sum,
    decimals_of,
    sum_tolerance,
)
from ticketbench.core.types import FloatArray, IntArray
from ticketbench.edge.results.forms.counted import Found, between, rows_of, several
from ticketbench.edge.results.forms.numbers import distribution, number_of, refuse_underscores
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.tables.rows import Cells

_ROUNDING = 2.0**-51
"""What a sum of floats up to 1 is off by at most, for each of them."""
_ALWAYS_ALLOWED = sum_tolerance(0, decimals=0)
_FEWEST_DECIMALS, _MOST_DECIMALS = 2, 12
"""What any sum is allowed at least, and what is tried for floats before they are printed."""


@dataclass(slots=True)
class Scores:
    """The scores of the rows, none for a row without any; and what is wrong, where something is.

    n_zero       empty cells that were read as 0, and in how many rows
    sums_under_1 of the rows with such cells that do not sum to 1, with the number of the row
    """

    values: list[list[float] | None] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)
    n_zero: tuple[int, int] = (0, 0)
    sums_under_1: list[tuple[int, float]] = field(default_factory=list)

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
            sums, first = [total for _, total in self.sums_under_1], min(self.sums_under_1)[0]
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
    if form.scale == "prob" and form.decimal == "." and cells and all(map(all, cells)):
        every = shares_of(list(zip(*cells, strict=True)))
        if every is not None:
            return Scores([*every.tolist()])
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
                found.sums_under_1.append((line, total))
        bad = bad or values is None
        found.values.append(values)
    found.n_zero = (cells_zero, rows_zero)
    if bad:
        from ticketbench.edge.results.forms.causes import ScoredRow, causes

        rows = zip(numbers, cells, strict=True)
        scored = [ScoredRow(line, tuple(of_row)) for line, of_row in rows if any(of_row)]
        found.problems = causes(scored, columns, origin)
    return found


def shares_of(columns: Sequence[Cells]) -> FloatArray | None:
    """The cells of K columns as n x K shares, NaN for an empty cell; None where any is no share, or
    the cells of a row that are not empty do not sum to 1: then each row has to be looked at.
    """
    try:
        values = np.column_stack([_numbers(cells) for cells in columns])
        given = ~np.isnan(values)
        if not ((values >= 0) & (values <= 1) | ~given).all():
            return None
        n_given = given.sum(axis=1)
        off = np.abs(np.where(given, values, 0.0).sum(axis=1) - 1)
        margin = len(columns) * _ROUNDING  # those nearer to a limit are summed exactly
        unsure = np.flatnonzero((off > _ALWAYS_ALLOWED - margin) & (n_given > 0))
        most = np.max([_decimals(cells, unsure) for cells in columns], axis=0)
        told = list(zip(n_given[unsure].tolist(), most.tolist(), strict=True))
        limits = {(n, d): sum_tolerance(n, decimals=d) - margin for n, d in set(told)}
        allowed = np.array([limits[one] for one in told])
        for j in np.flatnonzero(off[unsure] > allowed).tolist():
            i = unsure[j]
            check_sum(values[i, given[i]].tolist(), decimals=told[j][1])
    except (TypeError, ValueError, ContractViolation):
        return None
    return values


def _numbers(cells: Cells) -> FloatArray:
    """Raises TypeError or ValueError for a cell that is neither a number nor empty."""
    if isinstance(cells, np.ndarray):
        return cells
    n_empty = 0 if all(cells) else sum(not cell for cell in cells)
    texts = [cell or "nan" for cell in cells] if n_empty else cells
    refuse_underscores(texts)  # type: ignore[arg-type]
    values = np.fromiter(map(float, texts), np.float64, len(texts))  # type: ignore[arg-type]
    if np.count_nonzero(np.isnan(values)) != n_empty:
        raise ValueError("not a number")
    return values


def _decimals(cells: Cells, rows: IntArray) -> IntArray:
    """The decimals of the cells in these rows, as they were printed: at least those above 2."""
    if isinstance(cells, np.ndarray):
        return _decimals_of_floats(cells[rows])
    texts = [cells[i] or "" for i in rows.tolist()]
    found = [
        len(text) - 2 if text[:2] == "0." and text[2:].isdigit() else decimals_of(text.strip())
        for text in texts
    ]
    return np.array(found, dtype=np.int64)


def _decimals_of_floats(values: FloatArray) -> IntArray:
    """Of the `repr` of each. It is the shortest text of a float, so it has no more decimals than d
    where a whole number divided by 10^d, which is rounded once, is this float.
    """
    found = np.full(len(values), _FEWEST_DECIMALS, dtype=np.int64)
    rest = np.flatnonzero(~np.isnan(values))
    for d in range(_FEWEST_DECIMALS, _MOST_DECIMALS):
        found[rest] = d
        own = values[rest]
        rest = rest[np.rint(own * 10.0**d) / 10.0**d != own]
    found[rest] = [decimals_of(repr(value)) for value in values[rest].tolist()]
    return found


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

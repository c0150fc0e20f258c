"""The scores of rows, or the problems of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ticketbench.core.classify import ContractViolation
from ticketbench.edge.results.forms.causes import ScoredRow, causes
from ticketbench.edge.results.forms.counted import Found, rows_of
from ticketbench.edge.results.forms.numbers import distribution, number_of, refuse_underscores
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.forms.origin import Origin


@dataclass(slots=True)
class Scores:
    """The scores of the rows, none for a row without any; and what is wrong, where something is.

    n_zero  empty cells that were read as 0, and in how many rows
    """

    values: list[list[float] | None] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)
    n_zero: tuple[int, int] = (0, 0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided in reading them."""
        cells, rows = self.n_zero
        told = f"{cells:,} empty cells among the scores of {rows_of(rows, len(self.values))} are 0"
        return (told,) if cells else ()


def scores_of(
    numbers: Sequence[int], cells: Sequence[Sequence[str]], columns: Sequence[str], origin: Origin
) -> Scores:
    """The scores of each row under the form of its table.

    `numbers` are those of the rows, `columns` the names of the cells, for a message.
    """
    form = origin.form
    number, found, bad = number_of(form), Scores(), False
    cells_zero = rows_zero = 0
    for of_row in cells:
        if not any(of_row):
            found.values.append(None)
            continue
        if form.empty_scores == "zero" and not all(of_row):
            cells_zero, rows_zero = cells_zero + of_row.count(""), rows_zero + 1
        values = _values(of_row, number, form)
        bad = bad or values is None
        found.values.append(values)
    found.n_zero = (cells_zero, rows_zero)
    if bad:
        rows = zip(numbers, cells, strict=True)
        scored = [ScoredRow(number, tuple(of_row)) for number, of_row in rows if any(of_row)]
        found.problems = causes(scored, columns, origin)
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

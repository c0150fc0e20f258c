"""`dataset.where`: the rows that are judged, before anything else is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, listed, quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.inputs.tickets.cells import as_text, of_one
from ticketbench.edge.inputs.tickets.keys import Reading
from ticketbench.edge.tables.columns import at, has_column, missing_column
from ticketbench.edge.tables.rows import Row, Table

_HOW = "write one of them: `dataset: {where: {COLUMN: VALUE}}`"


@dataclass(frozen=True, slots=True)
class Condition:
    """A column and the texts of which one has to stand there, exactly."""

    column: str
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """Such as "split = test", or "lang = en or de"."""
        return f"{clipped(self.column)} = {' or '.join(map(clipped, self.values))}"


def conditions_of(reading: Reading) -> tuple[Condition, ...]:
    """What the config asks of every row, in its order."""
    return tuple(
        Condition(column, (given,) if isinstance(given, str) else tuple(dict.fromkeys(given)))
        for column, given in reading.keys.where.items()
    )


def rows_that_meet(
    conditions: Sequence[Condition],
    table: Table,
    reading: Reading,
    *,
    where: str,
    whole: bool = True,
) -> tuple[Row, ...]:
    """The rows that meet every condition, in file order; all of them without one.

    Raises InputError, at the place of the condition, else at `where`, for a column that is not in
    the file; where these are the `whole` of it, also for such a value, and where no row is left.
    """
    meets = [True] * len(table.rows)
    problems: list[Problem] = []
    for one in conditions:
        place = reading.where(("where", one.column), where)
        if not has_column(one.column, table.columns):
            problems.append(
                missing_column(
                    one.column, table.columns, table.facts, where=place, role="condition", say=_HOW
                )
            )
            continue
        cells = [value_of(row, one.column) for row in table.rows]
        problems += _no_values(one, dict.fromkeys(cells), place) if whole else []
        meets = [so_far and cell in one.values for so_far, cell in zip(meets, cells, strict=True)]
    if problems:
        raise InputError.of(problems)
    found = tuple(row for row, met in zip(table.rows, meets, strict=True) if met)
    if whole:
        refuse_none(conditions, len(found), len(table.rows), reading, where=where)
    return found


def refuse_none(
    conditions: Sequence[Condition], n_kept: int, n_rows: int, reading: Reading, *, where: str
) -> None:
    """Raise InputError where no row meets every condition."""
    if conditions and not n_kept:
        said = ", ".join(one.text for one in conditions)
        what = f"no row of {n_rows:,} meets all conditions: {said}"
        raise InputError(what, where=reading.where(("where",), where), help="ask for less")


def value_of(row: Row, column: str) -> str:
    """The text that a condition is compared with; nothing for a null."""
    return as_text(of_one(at(row, column)))


def _no_values(one: Condition, there: dict[str, None], place: str) -> list[Problem]:
    absent = [value for value in one.values if value not in there]
    if not absent:
        return []
    what = f"no row has {listed(absent)} in {quoted(one.column)}"
    given = [value for value in there if value]
    nothing = "nothing stands there in any row: check the name"
    return [Problem(what, place, suggestion(absent[0], given) if given else nothing)]

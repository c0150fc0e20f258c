"""Why the scores of a table are no distribution over its labels: one problem for each cause."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from ticketbench.core.classify import ContractViolation
from ticketbench.core.quotes import clipped
from ticketbench.edge.results.forms.counted import (
    Found,
    at,
    between,
    listed_values,
    rows_of,
    several,
)
from ticketbench.edge.results.forms.guesses import in_sequence
from ticketbench.edge.results.forms.numbers import (
    NEAR_100,
    decimals,
    distribution,
    number_of,
    refuse_underscores,
)
from ticketbench.edge.results.forms.options import Form
from ticketbench.edge.results.forms.origin import Origin

_ABOUT = 0.015
"""How far a sum may be from 1 where only the cause is asked for."""
_MOST = 0.9
"""A cause is that of a table where so many of its bad rows have it."""
_NONE = frozenset({"nan", "null", "none", "na", "n/a", "nil", "-", "#n/a", "<na>"})
_OF_A_FORM = frozenset({"comma", "point", "percent"})
"""Kinds of cells that are numbers in another form, which an option says where all rows have it."""
_TRUTH = frozenset({"true", "false"})


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """The number of a row, and its cell for each label; not all of them are empty."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A row all of whose cells are numbers, or empty and taken for a score of 0."""

    row: ScoredRow
    values: tuple[float, ...]

    @property
    def given(self) -> list[tuple[int, float]]:
        """The values that stand in the table, each behind the place of its cell."""
        cells = self.row.cells
        return [(place, value) for place, value in enumerate(self.values) if cells[place]]

    @property
    def sum(self) -> float:
        """NaN where infinities of both signs are among the values."""
        try:
            return math.fsum(self.values)
        except (ValueError, OverflowError):
            return math.nan


def causes(rows: Sequence[ScoredRow], columns: Sequence[str], origin: Origin) -> list[Found]:
    """What is wrong in `rows`, a problem for each cause with its count, first row and column.

    `columns` are the names of the score columns in the order of the cells.
    """
    found = list(_cell_causes(rows, columns, origin))
    readable = list(_readable(rows, origin.form))
    bad = [one for one in readable if not _holds(one, origin.form)]
    if bad:
        found.append(_row_cause(bad, readable, columns, origin))
    return found


def _readable(rows: Sequence[ScoredRow], form: Form) -> Iterator[_Numbers]:
    number = number_of(form)
    for row in rows:
        zero = "-inf" if form.scale == "log" else "0"
        cells = [c or zero for c in row.cells] if form.empty_scores == "zero" else row.cells
        try:
            refuse_underscores(cells)
            values = tuple(map(number, cells))
        except ValueError:
            continue
        if not any(math.isnan(value) for value in values):
            yield _Numbers(row, values)


def _holds(one: _Numbers, form: Form) -> bool:
    try:
        distribution(one.values, [cell for cell in one.row.cells if cell], form)
    except ContractViolation:
        return False
    return True


# Cells that are no numbers


@dataclass(slots=True)
class _Bad:
    """Cells of one kind: where the first one stands, and how many there are."""

    row: int
    place: int
    cell: str
    n_cells: int = 0
    n_rows: int = 0
    last: int = -1

    def add(self, row: int) -> None:
        """Count one in this row; rows come one after the other."""
        self.n_cells += 1
        self.n_rows += row != self.last
        self.last = row


def _cell_causes(
    rows: Sequence[ScoredRow], columns: Sequence[str], origin: Origin
) -> Iterator[Found]:
    found: dict[str, _Bad] = {}
    for row in rows:
        for place, cell in enumerate(row.cells):
            kind = cell_kind(cell, origin.form)
            if kind is not None:
                found.setdefault(kind, _Bad(row.number, place, cell)).add(row.number)
    for kind, bad in found.items():
        count = f"{several(bad.n_rows, 'row')}, {several(bad.n_cells, 'cell')}"
        first = f"first {origin.row} {bad.row}, column {clipped(columns[bad.place])}"
        what, help_ = cell_words(kind, bad.cell, origin)
        if kind in _OF_A_FORM and bad.n_rows < _MOST * len(rows):
            what = f"a score is written otherwise than in the other rows: {clipped(bad.cell)}"
            help_ = "write all rows alike"
        yield at(bad.row, f"{what}: {count}, {first}", origin, help_)


def cell_kind(cell: str, form: Form) -> str | None:
    """What is wrong with a cell; None for a number."""
    if not cell:
        return None if form.empty_scores == "zero" else "empty"
    plain = cell.casefold()
    if plain in _NONE:
        return "none"
    try:
        refuse_underscores([cell])
        number = number_of(form)(cell)
    except ValueError:
        return _kind_of_text(plain, form)
    return "none" if math.isnan(number) else None


def _kind_of_text(plain: str, form: Form) -> str:
    other = "," if form.decimal == "." else "."
    if plain in _TRUTH:
        return "truth"
    if plain.endswith("%") and form.scale != "percent":
        return "percent"
    if re.fullmatch(rf"[-+]?\d*\{other}\d+(e[-+]?\d+)?%?", plain):
        return "comma" if other == "," else "point"
    if re.fullmatch(r"[-+]?\d{1,3}([.,]\d{3})+[.,]\d+", plain):
        return "thousands"
    return "text"


def cell_words(kind: str, cell: str, origin: Origin) -> tuple[str, str]:
    """What a message says of a cell of this kind, and what to do."""
    shown, zero = clipped(cell), origin.say(empty_scores="zero")
    words = {
        "empty": ("a score is missing", f"if it is nearly 0: {zero}"),
        "none": (
            f"{shown} stands where a score is missing",
            f"leave these cells empty; if they are nearly 0, with {zero}",
        ),
        "truth": (
            f"a score is a truth value ({shown}), not a number",
            "a class that was chosen is no score: give it as top_label",
        ),
        "percent": (
            f"scores with a sign ({shown}) are percent: {origin.say(scale='percent')}",
            "it reads the sign, and divides each row by its sum",
        ),
        "comma": (
            f"a score is not a number with a point: {shown} has a comma: {origin.say(decimal=',')}",
            f"with semicolons between the columns also {origin.say(delimiter=';')}",
        ),
        "point": (
            f"a score is not a number with a comma: {shown} has a point",
            f"leave {origin.say(decimal=origin.form.decimal)} out where all have points",
        ),
        "thousands": (
            f"a score is not a number within [0, 1]: {shown} has marks of thousands",
            "export plain numbers, such as 0.1234",
        ),
        "text": (
            f"a score is not a number: {shown}",
            "mend the cells; a column that is no label needs a name without the prefix",
        ),
    }
    return words[kind]


# Rows of numbers that are no distribution


def _row_cause(
    bad: Sequence[_Numbers], rows: Sequence[_Numbers], columns: Sequence[str], origin: Origin
) -> Found:
    """The likeliest one, with how many rows it is about."""
    for told in (
        _of_empty(bad, origin),
        _of_scale(bad, rows, columns, origin),
        _of_column(bad, columns),
    ):
        if told is not None:
            what, help_ = told
            break
    else:
        what, help_ = _of_sums(bad, columns, origin.form)
    counted = what if what.startswith("no score") else f"{rows_of(len(bad), len(rows))}: {what}"
    return at(bad[0].row.number, counted, origin, f"{help_}; {_range(bad, columns)}")


def _range(bad: Sequence[_Numbers], columns: Sequence[str]) -> str:
    """The largest and smallest score of the bad rows, each with its column."""
    every = [(value, place) for one in bad for place, value in one.given]
    (low, first), (high, last) = min(every), max(every)
    least = f"smallest {low:.6g} in {clipped(columns[first])}"
    return f"largest {high:.6g} in {clipped(columns[last])}, {least}"


def _of_empty(bad: Sequence[_Numbers], origin: Origin) -> tuple[str, str] | None:
    """Rows whose empty cells are 0 and that do not sum to 1 so: more was left out than nearly 0."""
    if not all("" in one.row.cells for one in bad) or origin.form.scale != "prob":
        return None
    lines = listed_values([str(one.row.number) for one in bad])
    named = f"{origin.row}{'s' * (len(bad) > 1)} {lines}"
    sums = between([one.sum for one in bad])
    what = f"with 0 for empty cells the scores sum to {sums}, not to 1 ({named})"
    if all(one.sum < 1 for one in bad):
        return what, "more is missing than small scores hold, 5 % of a row at most: export all"
    return what, "export every score"


def _share(bad: Sequence[_Numbers], holds: Sequence[bool]) -> bool:
    return sum(holds) >= _MOST * len(bad)


def _of_scale(
    bad: Sequence[_Numbers], rows: Sequence[_Numbers], columns: Sequence[str], origin: Origin
) -> tuple[str, str] | None:
    names, some = in_sequence([clipped(c) for c in columns]), len(bad) < len(rows)
    sums = [one.sum for one in bad]
    if origin.form.scale != "prob":
        return _of_other_scale(bad, names, origin)
    if not some and all(value <= 0 for one in bad for _, value in one.given) and any(sums):
        return _of_negative(bad, origin)
    if _share(bad, [abs(total - 100) <= max(NEAR_100, 0.5 * len(columns)) for total in sums]):
        if some:
            return (f"{names} sum to about 100, those of the others to 1: two scales in one table",
                    "write all of them as shares of 1")  # fmt: skip
        what = f"{names} sum to about 100: these are percent: {origin.say(scale='percent')}"
        return what, "it divides each row by its sum"
    below = len(bad) > 1 and any(value < 0 for one in bad for value in one.values)
    if below and _of_column(bad, columns) is None:
        what = f"{names} are above and below 0: these look like logits"
        return what, "take the softmax of each row, and score that"
    return None


def _of_negative(bad: Sequence[_Numbers], origin: Origin) -> tuple[str, str]:
    log = origin.say(scale="log")
    if _share(bad, [_is_whole(one, math.e) for one in bad]):
        what = f"no score is above 0: these look like log-probabilities: {log}"
        return what, "it takes e to each, and divides each row by its sum"
    for base in (10, 2):
        if _share(bad, [_is_whole(one, base) for one in bad]):
            what = f"no score is above 0: these look like logarithms to base {base}"
            return what, f"multiply them by {math.log(base):.6f}, and use {log}"
    what = "no score is above 0, and e to these does not sum to 1: these look like logits"
    return what, "take the softmax of each row, and score that"


def _is_whole(one: _Numbers, base: float) -> bool:
    """Whether the numbers are about logarithms of shares of 1, but for what was left empty."""
    shares = [base**value for _, value in one.given]
    n_empty = len(one.values) - len(shares)
    lacking = 1 - math.fsum(shares)
    return bool(-_ABOUT <= lacking <= _ABOUT + n_empty * min(shares))


def _of_other_scale(bad: Sequence[_Numbers], names: str, origin: Origin) -> tuple[str, str]:
    said = origin.say(scale=origin.form.scale)
    if _share(bad, [abs(one.sum - 1) <= _ABOUT and min(one.values) >= 0 for one in bad]):
        what = f"{names} sum to 1: these are shares, not {said}"
        return what, f"leave {said} out"
    if origin.form.scale == "percent":
        what = f"{names} sum to {between([one.sum for one in bad])}, not to 100 ({said})"
        return what, "scores must be one distribution: normalise them yourself and say so"
    if any(value > 0 for one in bad for value in one.values):
        what = f"{names} are above 0: these are no logarithms ({said})"
        return what, f"leave {said} out"
    return _of_negative(bad, origin)


def _of_column(bad: Sequence[_Numbers], columns: Sequence[str]) -> tuple[str, str] | None:
    """One column too many: the others sum to 1 without it, in rows enough."""
    if len(columns) < 3 or len(bad) < 2:
        return None
    for place, column in enumerate(columns):
        others = [[*one.values[:place], *one.values[place + 1 :]] for one in bad]
        own = [one.values[place] for one in bad]
        off = [abs(math.fsum(values) - 1) for values in others]
        whole = [d <= _ABOUT and min(v) >= 0 for d, v in zip(off, others, strict=True)]
        if not _share(bad, whole):
            continue
        margins = [_is_margin(x, v) for x, v in zip(own, others, strict=True)]
        name = clipped(column)
        about = "is the difference of two others" if _share(bad, margins) else "is one too many"
        what = f"without {name} the scores sum to 1, and it {about}: is {name} a label?"
        return what, "drop the column, or give it a name without the prefix"
    return None


def _is_margin(value: float, others: Sequence[float]) -> bool:
    first, second = sorted(others, reverse=True)[:2]
    return abs(abs(value) - (first - second)) <= 2e-3


def _of_sums(bad: Sequence[_Numbers], columns: Sequence[str], form: Form) -> tuple[str, str]:
    sums = [one.sum for one in bad]
    k, told = len(columns), between(sums)
    if any(not 0 <= value <= 1 for one in bad for value in one.values):
        return "a score is not within [0, 1]", "scores must be a distribution over the labels"
    digits = max(decimals([c for c in one.row.cells if c], form) for one in bad)
    if digits <= 1 and all(abs(total - 1) <= 0.05 * k + 1e-9 for total in sums):
        what = f"the scores sum to {told}: the table is rounded to one decimal"
        return what, "export two decimals or more"
    if len(bad) > 1 and median(sums) > 1 and _share(bad, [total > 1 for total in sums]):
        what = f"the scores of {k} labels sum to {told}, over 1: is each one-vs-rest?"
        return what, "scores must be one distribution: normalise them yourself and say so"
    if len(bad) > 1 and _share(bad, [total < 1 for total in sums]):
        what = f"the scores sum to {told}, under 1: is the column of a label missing?"
        return what, "export the scores of every label"
    what = f"the scores sum to {told}, not to 1"
    return what, "scores must be a distribution over the labels"

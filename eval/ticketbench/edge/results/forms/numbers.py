"""A cell as a number, and the numbers of a row as one distribution over the labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ticketbench.core.classify import AGREEMENT, ContractViolation, check_sum, decimals_of
from ticketbench.edge.results.forms.options import Form

NEAR_100 = 1.0
"""How far percentages may sum from 100 and still be percentages: eight labels of no decimals have
0.7 as the standard deviation of their rounding."""

MOST_LEFT_OUT = 0.05
"""Of a row: what was left out as nearly 0 can decide nothing then."""

_ROUNDING = 1e-12
"""What sums of floats may be off by."""


def number_of(form: Form) -> Callable[[str], float]:
    """What makes a number of a cell; it raises ValueError for a cell that is none."""
    if form.decimal == "." and form.scale != "percent":
        return float
    return lambda cell: float(_with_point(cell, form))


def refuse_underscores(cells: Sequence[str]) -> None:
    """Raise ValueError for 1_000: Python reads it as a number, nobody else does."""
    if "_" in "".join(cells):
        raise ValueError("an underscore in a number")


def _with_point(cell: str, form: Form) -> str:
    if form.scale == "percent":
        cell = cell.strip().removesuffix("%").rstrip()
    if form.decimal == ".":
        return cell
    if "." in cell:
        raise ValueError(cell)
    return cell.replace(form.decimal, ".")


def decimals(cells: Sequence[str], form: Form) -> int:
    """The most decimals that a number in these cells was printed with."""
    if form.decimal == "." and form.scale != "percent":
        return max(map(decimals_of, cells), default=0)
    return max((decimals_of(_with_point(cell, form)) for cell in cells), default=0)


def distribution(values: Sequence[float], cells: Sequence[str], form: Form) -> list[float]:
    """The scores of a row: shares as they are, percentages and logarithms divided by their sum.

    `cells` are those that a number stood in, as they were printed: what their digits allow a sum to
    be off is let pass. Where fewer cells than values had one, the others are 0, and a row that
    `lacks_no_more` than these is left as it stands, not divided by its sum. Raises
    ContractViolation where the numbers are not what `form` says.
    """
    match form.scale:
        case "percent":
            return _of_percent(values, cells, form)
        case "log":
            return _of_logarithms(values, cells, form)
    if not all(math.isfinite(value) and 0 <= value <= 1 for value in values):
        raise ContractViolation("a score is not within [0, 1]")
    empty = len(values) - len(cells)
    if abs(math.fsum(values) - 1) > AGREEMENT and not lacks_no_more(values, empty):
        # Only then does it matter how they were printed.
        check_sum(values, decimals=decimals(cells, form))
    return list(values)


def lacks_no_more(shares: Sequence[float], n_empty: int) -> bool:
    """Whether `shares`, of which `n_empty` were left empty and are 0, lack so little of 1 that each
    of these may have been as small as the smallest one given, and 5 % of a row at most: a table
    of the top two scores is none of all.
    """
    if n_empty == 0:
        return False
    smallest_given = sorted(shares)[n_empty]
    most = min(n_empty * smallest_given, MOST_LEFT_OUT) + _ROUNDING
    return 0 <= 1 - math.fsum(shares) <= most


def _of_percent(values: Sequence[float], cells: Sequence[str], form: Form) -> list[float]:
    if not all(math.isfinite(value) and 0 <= value <= 100 for value in values):
        raise ContractViolation("a score is not within [0, 100]")
    total = math.fsum(values)
    # A row of no decimals is off by more than chance seldom is: what its digits allow counts.
    allowed = max(1e-4, len(values) * 0.5 * 10.0 ** -decimals(cells, form))
    if total <= 0 or abs(total - 100) > allowed + 1e-9:
        shares = [value / 100 for value in values]
        if lacks_no_more(shares, len(values) - len(cells)):
            return shares
        raise ContractViolation(f"the scores sum to {total:.6g}, not to 100")
    return [value / total for value in values]


def _of_logarithms(values: Sequence[float], cells: Sequence[str], form: Form) -> list[float]:
    if not all(value <= 0 for value in values):
        raise ContractViolation("a score is above 0, and so the logarithm of no share")
    shares = [math.exp(value) for value in values]
    try:
        check_sum(shares, decimals=decimals(cells, form))
    except ContractViolation:
        if lacks_no_more(shares, len(values) - len(cells)):
            return shares
        raise
    total = math.fsum(shares)
    return [share / total for share in shares]

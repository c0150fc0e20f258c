"""A confusion matrix as it is coloured: which cells are right, wrong or with a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ticketbench.measure.counts.confusion import ConfusionMatrix

STEPS = 6
"""Shades of a hue, from the palest that is not empty to the darkest."""

Kind = Literal["right", "wrong", "person"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Tickets of one gold label in one column.

    step  0 (none) to 6 (the largest cell of its kind), in proportion and rounded up, so that no
          cell with tickets looks empty
    """

    column: str
    n: int
    kind: Kind
    step: int


@dataclass(frozen=True, slots=True)
class Row:
    """The tickets of one gold label."""

    label: str
    cells: tuple[Cell, ...]

    @property
    def n(self) -> int:
        """All of them."""
        return sum(cell.n for cell in self.cells)

    @property
    def wrong(self) -> list[Cell]:
        """The wrong routes that some took, the most frequent first."""
        taken = [cell for cell in self.cells if cell.kind == "wrong" and cell.n]
        return sorted(taken, key=lambda cell: -cell.n)

    def of(self, kind: Kind) -> int:
        """Tickets in cells of this kind."""
        return sum(cell.n for cell in self.cells if cell.kind == kind)

    def to(self, column: str) -> int:
        """Tickets in this column."""
        return sum(cell.n for cell in self.cells if cell.column == column)


@dataclass(frozen=True, slots=True)
class Shaded:
    """A confusion matrix of queues with its colours; the last two columns are with a person."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def n(self) -> int:
        """All tickets."""
        return sum(row.n for row in self.rows)

    @property
    def largest(self) -> dict[Kind, int]:
        """The tickets in the largest cell of each kind."""
        cells = [cell for row in self.rows for cell in row.cells]
        kinds: tuple[Kind, ...] = ("right", "wrong", "person")
        return {kind: max((c.n for c in cells if c.kind == kind), default=0) for kind in kinds}


def shaded(matrix: ConfusionMatrix) -> Shaded:
    """Every cell with its kind, and how large it is beside the largest of this kind."""
    cells = list(_cells(matrix))
    largest: dict[Kind, int] = {}
    for cell in cells:
        largest[cell.kind] = max(largest.get(cell.kind, 0), cell.n)
    stepped = [
        Cell(c.column, c.n, c.kind, -(-STEPS * c.n // largest[c.kind]) if c.n else 0) for c in cells
    ]
    wide = len(matrix.columns)
    return Shaded(
        matrix.columns,
        tuple(
            Row(label, tuple(stepped[i * wide : (i + 1) * wide]))
            for i, label in enumerate(matrix.rows)
        ),
    )


def _cells(matrix: ConfusionMatrix) -> Iterator[Cell]:
    """Row by row, not shaded yet. A label may be called like a column: only the place counts."""
    n_labels = len(matrix.columns) - 2
    for label, counts in zip(matrix.rows, matrix.counts, strict=True):
        for j, (column, n) in enumerate(zip(matrix.columns, counts, strict=True)):
            kind: Kind = "person" if j >= n_labels else "right" if column == label else "wrong"
            yield Cell(column, n, kind, 0)

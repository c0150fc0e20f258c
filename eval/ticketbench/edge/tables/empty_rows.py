"""What of a table is left out, since nothing stands there: counted, and said in one note."""

from __future__ import annotations

from collections.abc import Collection

from ticketbench.edge.tables.rows import Cell

_MOST_PLACES = 5


def is_empty(cells: Collection[Cell]) -> bool:
    """Whether no cell of a row has a value; blanks are none."""
    if not any(cells):
        return True
    first = next(iter(cells))
    if isinstance(first, str) and first and not first.isspace():  # of nearly every row
        return False
    return all(isinstance(cell, str) and not cell.strip() for cell in cells if cell)


class LeftOut:
    """Rows without any value, columns without a name, fields behind the last column."""

    def __init__(self, *, unit: str = "line") -> None:
        self._unit = unit
        self._spans: list[tuple[int, int]] = []
        self._n_rows = self._more = 0
        self.unnamed = 0
        self.unnamed_values = 0
        self.padded = 0

    def row(self, line: int) -> None:
        """A row without any value, at `line`; called in the order of lines."""
        self._n_rows += 1
        if self._spans and self._spans[-1][1] == line - 1 and not self._more:
            self._spans[-1] = (self._spans[-1][0], line)
        elif len(self._spans) < _MOST_PLACES:
            self._spans.append((line, line))
        else:
            self._more += 1

    def add_note(self, notes: list[str]) -> None:
        """One sentence at the end of `notes`, if anything was left out; after the last row."""
        parts = []
        if self._n_rows:
            spans = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in self._spans)
            more = f" and {self._more} more" if self._more else ""
            unit = self._unit if self._n_rows == 1 else f"{self._unit}s"
            parts.append(f"{_count(self._n_rows, 'row')} without any value ({unit} {spans}{more})")
        if self.unnamed:
            held = f" ({_count(self.unnamed_values, 'value')})" if self.unnamed_values else ""
            parts.append(f"{_count(self.unnamed, 'column')} without a name{held}")
        if self.padded:
            parts.append(f"empty fields at the end of {_count(self.padded, 'row')}")
        if parts:
            notes.append(f"left out: {', '.join(parts)}")


def _count(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"

"""What is wrong with the rows of a dataset: one problem a cause, with a count and its lines."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ticketbench.core.errors import Problem

MOST_NAMED = 5
"""Lines or values that one message names; the others are counted."""


@dataclass(slots=True)
class _Cause:
    what: str
    help: str
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Causes:
    """The problems of the `n_rows` rows of a file, by cause; the words of the first row stand.

    `n` is how many there are so far, of every row.
    """

    path: Path
    n_rows: int
    n: int = 0
    _found: dict[Hashable, _Cause] = field(default_factory=dict)

    def add(self, cause: Hashable, line: int, what: str, help: str) -> None:
        """The row at `line` has the problem called `cause`."""
        self._found.setdefault(cause, _Cause(what, help)).lines.append(line)
        self.n += 1

    def problems(self) -> list[Problem]:
        """One for each cause, at its first line."""
        return [
            Problem(
                f"{cause.what}{lines_text(cause.lines, self.n_rows)}",
                f"{self.path}:{min(cause.lines)}",
                cause.help,
            )
            for cause in self._found.values()
        ]


def lines_text(lines: Sequence[int], n_rows: int) -> str:
    """Such as " (12 of 300 rows: lines 2, 3, 4, 5, 6 and 7 more)"; nothing for a single row."""
    if len(lines) < 2:
        return ""
    named = ", ".join(str(line) for line in sorted(lines)[:MOST_NAMED])
    return f" ({len(lines):,} of {n_rows:,} rows: lines {named}{more_text(len(lines))})"


def more_text(n: int) -> str:
    """Such as " and 72 more", of `n` things of which the first five are named; else nothing."""
    return f" and {n - MOST_NAMED:,} more" if n > MOST_NAMED else ""

"""What was done to a table of tickets before anything was judged: rows left out, labels renamed."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class MappedLabel:
    """A label of the file, what it stands for, and how often it was found.

    `near` is the label of the file that it may have been meant for; only where it was not found.
    """

    old: str
    new: str
    n: int
    near: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """What was done in reading a dataset; empty where nothing was.

    where   the conditions that every row meets, such as "split = test"
    n_kept  rows that meet them, of `n_rows` in the file; both 0 without a condition
    labels  every entry of the map of labels
    done    everything else, in words
    chooses_split  whether one of the conditions is about the column of splits
    """

    where: tuple[str, ...] = ()
    n_kept: int = 0
    n_rows: int = 0
    labels: tuple[MappedLabel, ...] = ()
    done: tuple[str, ...] = ()
    chooses_split: bool = False

    @property
    def rows_text(self) -> str:
        """Such as "812 of 1,020 rows: split = test"; empty without a condition."""
        if not self.where:
            return ""
        return f"{self.n_kept:,} of {self.n_rows:,} rows: {', '.join(self.where)}"

    @property
    def texts(self) -> tuple[str, ...]:
        """All of it in words, in the order in which it was done."""
        rows = (f"on {self.rows_text}",) if self.where else ()
        return (*rows, *self.done, *self._labels_text())

    def _labels_text(self) -> tuple[str, ...]:
        found = [f"{one.old!r} → {one.new} ({one.n:,})" for one in self.labels if one.n]
        if not found:
            return ()
        rest = len(found) - _MOST_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        return (f"labels mapped: {', '.join(found[:_MOST_NAMED])}{more}",)


NOTHING_DONE = Intake()
"""Of a table that is read as it stands, as most are."""

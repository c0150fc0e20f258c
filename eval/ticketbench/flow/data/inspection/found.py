"""What a look into a file of tickets finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ticketbench.edge.inputs.column_guess import Guess
from ticketbench.measure.sample.inventory import Balance, Lengths, TextContents


@dataclass(frozen=True, slots=True)
class Together:
    """Texts, or ids, that have something in common: how many, in how many rows, and the ids of a
    few of these rows.
    """

    n: int
    n_rows: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """The tool a file comes from, and what its preset left out, counted by reason.

    choice  what has to be said before its tickets can be read, with how; empty for nothing
    """

    preset: str
    tool: str
    left_out: Mapping[str, int] = field(default_factory=dict)
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Annotators:
    """Signs of several people who labelled the same tickets.

    tickets    tickets with rows, or answers, of several people
    disagreed  those of them with different labels
    column     the column that says who labelled a row; empty where none was found
    columns    columns that hold the labels of one person each
    """

    tickets: int = 0
    disagreed: int = 0
    column: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file of tickets holds; counts are over all rows, `contents` over what it says.

    export       None where it is a plain table
    columns      which column is what, and why, guessed from `n_guessed` rows; none for an export
    copies       texts of several tickets; `conflicts` those with different labels
    n_different  texts, where near-duplicates count as one; None where texts are too many to look
    splits       tickets by split; none without such a column
    leaks        texts that stand in several splits
    n_groups     customers or threads, `largest_group` the tickets of one; 0 without such a column
    repeated     ids that stand in several rows with different texts
    next         commands to go on with, as they can be pasted
    """

    path: str
    export: Export | None
    columns: tuple[Guess, ...]
    n_guessed: int
    n: int
    notes: tuple[str, ...]
    balance: Balance
    lengths: Lengths
    contents: TextContents
    copies: Together
    conflicts: Together
    n_different: int | None
    splits: Mapping[str, int]
    leaks: Together
    n_groups: int
    largest_group: int
    repeated: Together
    annotators: Annotators
    next: tuple[str, ...] = ()

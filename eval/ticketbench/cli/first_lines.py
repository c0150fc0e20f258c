"""The answer that `run` and `score` begin with: what to set, a row a question, what is promised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ticketbench.cli.output import (
    GOOD,
    STYLES,
    UNKNOWN,
    Piece,
    show,
    show_of_100,
    show_pieces,
)

if TYPE_CHECKING:
    from ticketbench.report.words.answers import Answer
    from ticketbench.report.words.setting import SettingText

_COLUMN = 10


def show_answer(advice: SettingText, rows: Sequence[tuple[str, Answer]], *, promised: bool) -> None:
    """The headline, what becomes of a hundred tickets, each answer behind its name, the target."""
    show_pieces(Piece(f"{advice.headline}.", "bold"))
    if advice.of_100:
        show_of_100(f"{advice.of_100}.")
    if rows:
        show()
    for name, one in rows:
        style = f"{STYLES[one.tone]} bold" if one.tone == "good" else STYLES[one.tone]
        rest = one.row.removeprefix(one.head)
        show_pieces(Piece(one.head, style), Piece(rest), first=name, column=_COLUMN)
    if rows:
        show()
    if advice.target:
        show_pieces(Piece(f"{advice.target}.", GOOD if promised else UNKNOWN))

"""What stands in a cell: a text, or a list of them, in whichever way a format or tool writes it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from ticketbench.edge.tables.rows import Cell

CHOICES = "choices"
"""The key under which annotation tools keep the list of what was chosen."""


def as_text(cell: Cell) -> str:
    """The text of a cell; a list with bars between its elements, nothing for a null."""
    return "|".join(cell) if isinstance(cell, list) else (cell or "")


def of_one(cell: Cell) -> Cell:
    """The one element of a list of one, nothing for an empty list; everything else as it is."""
    if isinstance(cell, list) and len(cell) < 2:
        return cell[0] if cell else None
    return cell


def listed_in(cell: Cell, known: Collection[str] = ()) -> Cell:
    """The list that a cell of labels holds: as JSON, or under `choices`; a cell that is one of the
    `known` labels, or no such list, as it is.
    """
    if not isinstance(cell, str) or cell[:1] not in ("[", "{") or cell in known:
        return cell
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return cell
    if isinstance(value, dict) and [*value] == [CHOICES]:
        value = value[CHOICES]
    return [*map(_element, value)] if _is_list_of_labels(value) else cell


def _is_list_of_labels(value: Any) -> bool:
    plain = (str, int)
    return isinstance(value, list) and all(
        isinstance(one, plain) and not isinstance(one, bool) for one in value
    )


def _element(value: str | int) -> str:
    return str(value)

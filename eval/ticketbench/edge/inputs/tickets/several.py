"""`all_labels`: every label that fits a ticket, out of one cell."""

from __future__ import annotations

from collections.abc import Collection

from ticketbench.core.quotes import quoted
from ticketbench.edge.inputs.tickets.cells import as_text, listed_in
from ticketbench.edge.tables.rows import Cell

BAR, JSON = "|", "json"
_SIGNS = (",", ";", BAR)


def labels_in(cell: Cell, separator: str | None, known: Collection[str] = ()) -> tuple[str, ...]:
    """The labels of a cell, each once, in their order.

    A list is read as it is, also one that is written as JSON. A text is parted by `separator`, and
    its parts lose their outer blanks; by bars, and they stay as they are, where there is none.
    """
    given = cell if isinstance(cell, list) else listed_in(cell, () if separator == JSON else known)
    if isinstance(given, list):
        return tuple(dict.fromkeys(one for one in given if one))
    text = as_text(given)
    if separator is None:
        return tuple(dict.fromkeys(part for part in text.split(BAR) if part))
    parts = [text] if separator == JSON else text.split(separator)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def other_separator(label: str, known: Collection[str]) -> str | None:
    """The sign between parts of `label` that are all known labels; None where there is none."""
    if label in known:
        return None
    for sign in _SIGNS:
        parts = [part.strip() for part in label.split(sign)]
        if len(parts) > 1 and all(part in known for part in parts):
            return sign
    return None


def looks_like_several(label: str, sign: str) -> tuple[str, str]:
    """What is wrong with an entry of all_labels that holds several, and what to write."""
    n = len(label.split(sign))
    words = {2: "two", 3: "three"}.get(n, str(n))
    return f"{quoted(label)} looks like {words} labels", f"write {separator_key(sign)}"


def separator_key(sign: str) -> str:
    """The key of a config that names the sign."""
    return f"dataset.all_labels_separator: '{sign}'"

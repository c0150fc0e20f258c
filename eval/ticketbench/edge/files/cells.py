"""Cells of tables that a person may open in a spreadsheet: no text is run as a formula there.

A cell that could be one gets a leading `'`. Controls, and characters that turn the direction of a
text, are written as `\\u{202e}`. `original` takes back exactly that.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal

CellStyle = Literal["safe", "raw"]
"""How texts stand in a table that a person may open."""

ESCAPED = "escaped"
"""The last column of a table in which some text was changed."""

_LIVE = tuple("=+-@\t\r\n＝＋－＠'")
"""What a spreadsheet takes for the start of a formula, or trims before it looks; and our mark."""

# Tabs and line ends stay within a cell: texts have them. What looks like an escape is one, too.
_ESCAPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\\(?=u\{)")
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def csv_text(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, texts: Iterable[str], cells: CellStyle
) -> str:
    """A table of the columns `head` as CSV; `texts` are the cells that hold no number.

    With `cells` safe no text is a formula to a spreadsheet: a last column `escaped` is 1 in rows
    where one was changed for it, and there only where some text was. Raw texts stand as they are.
    """
    found = set(texts)
    if cells == "safe" and any(safe(text) != text for text in found):
        head, rows = (*map(safe, head), ESCAPED), map(_marked, rows)
    # A lone carriage return would end the row for a reader, but not make csv quote the cell.
    odd = any("\r" in text for text in found)
    quoting: Literal[0, 1] = csv.QUOTE_ALL if odd else csv.QUOTE_MINIMAL
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=quoting).writerows(chain([head], rows))
    return out.getvalue()


def safe(cell: str) -> str:
    """`cell` as it can be opened by a person; most come out as they are."""
    shown = _ESCAPED.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", cell)
    return f"'{shown}" if shown.startswith(_LIVE) else shown


def original(cell: str) -> str:
    """The text that `safe` made `cell` of. Raises ValueError for an escape that is no character."""
    return _ESCAPE.sub(_character, cell.removeprefix("'"))


def _character(escape: re.Match[str]) -> str:
    number = int(escape[1], 16)
    if number > sys.maxunicode or 0xD800 <= number <= 0xDFFF:
        raise ValueError(f"{escape[0]} stands for no character")
    return chr(number)


def _marked(row: Sequence[str]) -> tuple[str, ...]:
    """The row with safe cells, and whether one was changed for it."""
    shown = tuple(map(safe, row))
    return (*shown, str(int(shown != tuple(row))))

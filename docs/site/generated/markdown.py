"""Plain text of help pages and docstrings as Markdown that looks the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CODE = re.compile(r"(`[^`\n]*`)")
_MARKS = re.compile(r"([\\*_<>\[\]|$`])")


def plain(text: str) -> str:
    """`text` with nothing in it that Markdown would take for a mark; code in backticks stays."""
    parts = _CODE.split(text)
    return "".join(one if i % 2 else _MARKS.sub(r"\\\1", one) for i, one in enumerate(parts))


def code(text: str) -> str:
    """`text` as code within a line, also within a cell of a table."""
    return f"`{text}`".replace("|", r"\|")


def block(text: str, language: str = "text") -> str:
    """Lines as a block of code."""
    return f"```{language}\n{text}\n```\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; line ends within a cell become blanks."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(' '.join(cell.split()) for cell in row)} |\n" for row in lines)

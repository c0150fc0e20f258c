"""A document as a tree of nodes (Atlassian Document Format) as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BLOCKS = frozenset("paragraph heading codeBlock blockquote rule tableRow listItem panel".split())
_DEEPEST = 5
"""So many `>` a line at most."""

_END = "end"


def document_text(value: Any) -> str:
    """The words of a document: a block a line, items with `- `, quotes with `> `. A text as it is.

    People who are mentioned become `@user`: their names stand in no dataset.
    """
    if not isinstance(value, Mapping):
        return value if isinstance(value, str) else ""
    lines: list[str] = []
    pieces: list[str] = []
    quotes = 0
    todo: list[Any] = [value]  # no recursion: a file may nest as deeply as it likes
    while todo:
        match todo.pop():
            case (str(end), str(kind)) if end == _END:
                _flush(lines, pieces, quotes)
                quotes -= kind == "blockquote"
            case Mapping() as node:
                kind = str(node.get("type"))
                if kind in _BLOCKS:
                    if "".join(pieces).strip() != "-":
                        _flush(lines, pieces, quotes)
                    quotes += kind == "blockquote"
                    todo.append((_END, kind))
                pieces.append(_inline(kind, node))
                content = node.get("content")
                todo += reversed(content) if isinstance(content, list) else ()
    _flush(lines, pieces, quotes)
    return "\n".join(lines)


def _inline(kind: str, node: Mapping[str, Any]) -> str:
    """What a node says by itself."""
    attrs = node.get("attrs")
    attrs = attrs if isinstance(attrs, Mapping) else {}
    match kind:
        case "text":
            found = node.get("text")
        case "hardBreak":
            found = "\n"
        case "listItem":
            found = "- "
        case "mention":
            found = "@user"
        case "tableCell" | "tableHeader":
            found = " "
        case "emoji":
            found = attrs.get("text")
        case "inlineCard" | "blockCard":
            found = attrs.get("url")
        case _:
            found = ""
    return found if isinstance(found, str) else ""


def _flush(lines: list[str], pieces: list[str], quotes: int) -> None:
    text = "".join(pieces).strip()
    pieces.clear()
    mark = "> " * min(quotes, _DEEPEST)
    lines += [f"{mark}{line}" for line in text.split("\n")] if text else ()

"""The records of a file of JSON, each with its line: one after another, or listed in an object."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.edge.files.reading import read_bytes
from ticketbench.edge.imports.json_values import Pieces
from ticketbench.edge.tables.rows import MalformedRow

Record = tuple[int, Any]
Beside = dict[str, Any]
"""What stands beside all records of a file."""

_LIST = "results"


def records(path: Path) -> tuple[list[Record], Beside]:
    """Every record of `path`, and what stands beside them.

    Values one after the other are the records; in one object they are the list `results`, also
    within an object of this name; without one, the object itself is the one record. Raises
    InputError with file and line for what is no JSON.
    """
    beside: Beside = {}
    try:
        text = read_bytes(path).decode("utf-8-sig")
        return list(_records(Pieces(io.StringIO(text).read), beside)), beside
    except MalformedRow as error:
        raise InputError(str(error), where=f"{path}:{error.line}", help=error.help) from None
    except UnicodeDecodeError:
        help_ = "write it as UTF-8, which JSON is by its standard"
        raise InputError("not UTF-8 text", where=str(path), help=help_) from None


def _records(text: Pieces, beside: Beside) -> Iterator[Record]:
    while text.peek():
        line, own = text.line, Beside()
        is_object = text.peek() == "{"
        found = list(_in_object(text, own, levels=2)) if is_object else [(line, text.value())]
        if found:
            beside |= own
            yield from found
        else:
            yield line, own


def _in_object(text: Pieces, beside: Beside, *, levels: int) -> Iterator[Record]:
    """The records in the lists of an object of so many levels; its other values go to `beside`."""
    text.take("{")
    while text.peek() != "}":
        key = text.value()
        text.take(":")
        sign = text.peek() if key == _LIST else ""
        if sign == "[":
            yield from _items(text)
        elif sign == "{" and levels > 1:
            yield from _in_object(text, beside, levels=levels - 1)
        else:
            beside[str(key)] = text.value()
        if text.peek() != "}":
            text.take(",")
    text.take("}")


def _items(text: Pieces) -> Iterator[Record]:
    text.take("[")
    while text.peek() != "]":
        line = text.line
        yield line, text.value()
        if text.peek() != "]":
            text.take(",")
    text.take("]")

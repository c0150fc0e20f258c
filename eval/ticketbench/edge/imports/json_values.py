"""JSON one value after the other: lines, a list, or a page of an interface; never all at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from ticketbench.core.quotes import clipped
from ticketbench.edge.tables.rows import MalformedRow

_PIECE = 1 << 18
_BLANK = re.compile(r"[\s]*")
_decode = json.JSONDecoder().raw_decode

Page = dict[str, Any]
"""What stands in a page beside its records."""


class Pieces:
    """Decoded text that is read on as it is needed; what was used is forgotten."""

    def __init__(self, read: Callable[[int], str]) -> None:
        self._read, self._text, self._at, self._piece = read, "", 0, _PIECE
        self.line = 1

    def peek(self) -> str:
        """The next sign that is no blank; empty at the end."""
        while True:
            self._move(_BLANK.match(self._text, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, sign: str) -> None:
        """Step over `sign`. Raises MalformedRow for another one."""
        found = self.peek()
        if found != sign:
            what = f"not valid JSON: {sign} was expected" if found else "the JSON is cut off"
            raise MalformedRow(self.line, what, "export it again")
        self._move(self._at + 1)

    def value(self) -> Any:
        """The next value, whole."""
        while True:
            self.peek()
            try:
                found, end = _decode(self._text, self._at)
            except RecursionError:
                raise MalformedRow(self.line, "nested too deeply", "export it again") from None
            except ValueError as error:
                if self._more():
                    continue
                raise self._invalid(error) from None
            if end < len(self._text) or not self._more():  # a number may go on
                self._move(end)
                return found

    def _invalid(self, error: ValueError) -> MalformedRow:
        whole = getattr(error, "msg", "") or clipped(str(error))
        return MalformedRow(self.line, f"not valid JSON: {whole}", "export it again")

    def _move(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _more(self) -> bool:
        """Read on, each time twice as much while one value needs it; False at the end."""
        self._piece = _PIECE if self._at else 2 * self._piece
        found = self._read(self._piece)
        self._text = self._text[self._at :] + found
        self._at = 0
        return bool(found)


def json_values(
    read: Callable[[int], str], pages: frozenset[str], page: Page
) -> Iterator[tuple[int, Any]]:
    """The records in a text with the line each begins at: of one list, of values one after the
    other, or of a list that stands under one of `pages` in an object, whose other values go to
    `page`.

    Raises MalformedRow for what is no JSON.
    """
    text = Pieces(read)
    while sign := text.peek():
        if sign == "[":
            yield from _items(text)
        elif sign == "{":
            yield from _object(text, pages, page)
        else:
            text.value()
            raise MalformedRow(text.line, "not a JSON object", "this is no export of tickets")


def _items(text: Pieces) -> Iterator[tuple[int, Any]]:
    text.take("[")
    while text.peek() != "]":
        line = text.line
        yield line, text.value()
        if text.peek() != "]":
            text.take(",")
    text.take("]")


def _object(text: Pieces, pages: frozenset[str], page: Page) -> Iterator[tuple[int, Any]]:
    """The records of a page, or the object itself where it is none."""
    values: dict[str, Any] = {}
    line, is_page = text.line, False
    text.take("{")
    while text.peek() != "}":
        key = text.value()
        text.take(":")
        if key in pages and text.peek() == "[":
            is_page = True
            yield from _items(text)
        else:
            values[key] = text.value()
        if text.peek() != "}":
            text.take(",")
    text.take("}")
    if is_page:
        page |= values
    else:
        yield line, values

"""JSON: one object a line, or a list of objects."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ticketbench.core.quotes import clipped
from ticketbench.edge.tables.columns import NumberText, cell_of, column_names
from ticketbench.edge.tables.empty_rows import LeftOut, is_empty
from ticketbench.edge.tables.rows import (
    Cell,
    Facts,
    MalformedRow,
    Row,
    Source,
    Stream,
    file_format,
)
from ticketbench.edge.tables.text_lines import text_lines

_AN_OBJECT = 'write {"id": ..., "text": ...}'
_BLANK = re.compile(r"[ \t\r\n]*")
_LINE_END = re.compile(r"\r\n|\n|\r")
_MOST_NAMES = 10_000


@file_format(".jsonl", ".ndjson")
def parse_jsonl(source: Source) -> Stream:
    """One JSON object a line. Numbers and booleans become the text that stands in the file."""
    return _Objects(source, _of_lines(source)).stream()


@file_format(".json")
def parse_json(source: Source) -> Stream:
    """A list of JSON objects; lines are those that they begin in."""
    return _Objects(source, _of_list(source)).stream()


def _of_lines(source: Source) -> Iterator[tuple[int, Any]]:
    """What stands in each line, for `_Objects` to read."""
    first = True
    for line, text in enumerate(text_lines(source), start=1):
        start = text.strip()
        if not start:
            continue
        if first and (start in ("[", "{") or start.startswith("[{")):
            what = "this is one JSON value over several lines, not an object a line"
            raise MalformedRow(line, what, "a list of objects is read from a file named .json")
        first = False
        yield line, text


def _of_list(source: Source) -> Iterator[tuple[int, Any]]:
    """The text of each object of a list, and the line that it begins in."""
    text = "".join(text_lines(source))
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        what = "this is no list of JSON objects"
        help_ = "one object a line is read from a file named .jsonl; an export of another tool "
        raise MalformedRow(1, what, help_ + "becomes a table by `ticketbench data import`")
    scan, line, seen, after = json.JSONDecoder(strict=True), 1, 0, ","
    at = _skip(text, at + 1)
    while after == "," and not (seen == 0 and text[at : at + 1] == "]"):
        line += len(_LINE_END.findall(text, seen, at))
        try:
            _, end = scan.raw_decode(text, at)
        except json.JSONDecodeError as error:
            line += len(_LINE_END.findall(text, at, error.pos))
            raise MalformedRow(line, f"not valid JSON: {clipped(error.msg)}") from None
        except RecursionError:
            raise MalformedRow(line, "nested too deeply", "store text") from None
        yield line, text[at:end]
        seen, end = at, _skip(text, end)
        after, at = text[end : end + 1], _skip(text, end + 1)
    if after not in ("]", ",") or text[at:].strip() not in ("", "]"):
        line += len(_LINE_END.findall(text, seen, at))
        raise MalformedRow(line, "not valid JSON: the list does not end as one")


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


@dataclass(slots=True)
class _Objects:
    """Rows from the texts of objects, and what their values say of the columns."""

    source: Source
    texts: Iterator[tuple[int, str]]
    columns: dict[str, None] = field(default_factory=dict)
    floats: set[str] = field(default_factory=set)
    numbers: dict[str, array[int]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def stream(self) -> Stream:
        """The rows, one after the other."""
        facts = Facts(floats=self.floats, numbers=self.numbers)
        return Stream(self.columns, self._rows(), self.source.notes, facts)

    def _rows(self) -> Iterator[Row]:
        left = LeftOut()
        for line, text in self.texts:
            self.source.bad.n_rows += 1
            try:
                values = self._values(text, line)
            except MalformedRow as error:
                self.source.bad.append(error)
                continue
            if not values.keys() <= self.columns.keys():
                self.columns |= dict.fromkeys(values)
            if is_empty(values.values()):
                left.row(line)
            else:
                yield Row(line, values)
        left.add_note(self.source.notes)

    def _values(self, text: str, line: int) -> dict[str, Cell]:
        def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(items)
            if len(found) < len(items) or not found.keys() <= self.names:
                column_names((key for key, _ in items), line)
                if len(self.names) < _MOST_NAMES:
                    self.names.update(found)
            return found

        try:
            value = json.loads(
                text,
                object_pairs_hook=pairs,
                parse_int=NumberText,
                parse_float=NumberText,
                parse_constant=NumberText,
            )
            if not isinstance(value, dict):
                cause = "are no JSON objects"
                raise MalformedRow(line, "not a JSON object", _AN_OBJECT, cause=cause)
            return {key: self._cell(key, item, line) for key, item in value.items()}
        except json.JSONDecodeError as error:
            what, cause = f"not valid JSON: {clipped(str(error))}", "are not valid JSON"
            raise MalformedRow(line, what, _AN_OBJECT, cause=cause) from None
        except RecursionError:  # of reading, or of writing what could just be read
            cause = "are nested too deeply"
            raise MalformedRow(line, "nested too deeply", "store text", cause=cause) from None

    def _cell(self, key: str, item: Any, line: int) -> Cell:
        if type(item) is str:  # of nearly every value
            return item
        if isinstance(item, bool | NumberText):
            self._note_number(key, line)
            if isinstance(item, NumberText) and not item.lstrip("-").isdigit():
                self.floats.add(key)
        return cell_of(item)

    def _note_number(self, key: str, line: int) -> None:
        if key not in self.numbers:
            self.numbers[key] = array("Q")
        self.numbers[key].append(line)

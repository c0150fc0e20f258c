"""JSON lines: one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ticketbench.core.quotes import clipped
from ticketbench.edge.tables.rows import (
    Cell,
    MalformedRow,
    Row,
    Source,
    Stream,
    column_names,
    file_format,
)
from ticketbench.edge.tables.text_lines import text_lines


@file_format(".jsonl", ".ndjson")
def parse_jsonl(source: Source) -> Stream:
    """One JSON object a line. Numbers and booleans become the text that stands in the file."""
    columns: dict[str, None] = {}
    return Stream(columns, _rows(source, columns))


def _rows(source: Source, columns: dict[str, None]) -> Iterator[Row]:
    for line, text in enumerate(text_lines(source.data), start=1):
        if not text.strip():
            continue
        try:
            values = _json_object(text, line)
        except MalformedRow as error:
            source.bad.append(error)
            continue
        columns |= dict.fromkeys(values)
        yield Row(line, values)


def _json_object(text: str, line: int) -> dict[str, Cell]:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        column_names((key for key, _ in items), line)
        return dict(items)

    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=str
        )
        if not isinstance(value, dict):
            raise MalformedRow(line, "not a JSON object", 'write {"id": ..., "text": ...}')
        return {key: cell(item) for key, item in value.items()}
    except json.JSONDecodeError as error:
        raise MalformedRow(line, f"not valid JSON: {clipped(str(error))}") from None
    except RecursionError:  # of reading, or of writing what could just be read
        raise MalformedRow(line, "nested too deeply", "store text") from None


def cell(value: Any) -> Cell:
    """A value of JSON as a cell: text, or a list of texts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)

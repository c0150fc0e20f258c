"""What stands where in a nested record, as text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def at(values: Any, path: str) -> Any:
    """The value under a dotted path; a key that holds the points itself goes before. None if none.

    A number in the path is a place in a list.
    """
    if isinstance(values, Mapping) and path in values:
        return values[path]
    head, dot, rest = path.partition(".")
    match values:
        case Mapping():
            inner = values.get(head)
        case list() if head.isdecimal() and len(head) < 10:
            inner = values[int(head)] if int(head) < len(values) else None
        case _:
            return None
    return at(inner, rest) if dot and inner is not None else inner if not dot else None


def plain(value: Any) -> str:
    """A value as the text of a cell: trimmed text, a number in digits; empty for anything else, and
    for what is no number (NaN) or has no end.
    """
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return str(int(value)) if value.is_integer() and abs(value) < 2**53 else str(value)
    return ""


def body(value: Any) -> str:
    """A text as it stands; empty for anything that is none."""
    return value if isinstance(value, str) else ""


def items(value: Any) -> list[Any]:
    """The items of a list; none of anything else."""
    return value if isinstance(value, list) else []


def labels(value: Any) -> tuple[str, ...]:
    """Labels in a value, each once: a text, a list, a cell of JSON, `{"choices": [...]}`."""
    if isinstance(value, str) and value[:1] not in ("[", "{"):  # nearly all of them
        text = value.strip()
        return (text,) if text else ()
    match value:
        case str():
            found = _of_json(value)
        case Mapping():
            found = value.get("choices", [])
        case _:
            found = value
    items = found if isinstance(found, list | tuple) else [found]
    return tuple(dict.fromkeys(filter(None, map(plain, items))))


def _of_json(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    match value:
        case {"choices": list() as choices}:
            return choices
        case list() if all(isinstance(item, str | int) for item in value):
            return value
    return text

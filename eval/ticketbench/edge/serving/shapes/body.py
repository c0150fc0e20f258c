"""A request body: strict JSON, the fields that must stand in it, and texts that may be objects."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

from ticketbench.core.quotes import clipped
from ticketbench.edge.serving.shapes.problem import Malformed


def strict_object(body: bytes, what: str = "the body") -> dict[str, Any]:
    """The JSON object in `body`: UTF-8, no key twice, no NaN, no half of a character.

    Raises Malformed for anything else, however deep it is nested, and calls it `what`.
    """

    def unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) < len(items):
            raise Malformed("a key stands twice in one object")
        return found

    def refuse(constant: str) -> Any:
        raise Malformed(f"{constant} is not JSON")

    try:
        data = json.loads(body.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
        # Whatever can be read and not written again, such as 1e999, would break an answer.
        json.dumps(data, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Malformed(f"{what} is not valid UTF-8 JSON") from None
    if not isinstance(data, dict):
        raise Malformed(f"{what} is not a JSON object")
    return data


def required(data: dict[str, Any], field: str, *where: str | int) -> Any:
    """What stands in `field`; Malformed where it is missing."""
    if field not in data:
        raise Malformed(f"the field '{field}' is missing", *where, field)
    return data[field]


def an_object(value: Any, *where: str | int) -> dict[str, Any]:
    """`value` if it is an object that is not empty, else Malformed."""
    if not isinstance(value, dict) or not value:
        raise Malformed("this must be an object that is not empty", *where)
    return value


def a_list(value: Any, *where: str | int) -> list[Any]:
    """`value` if it is a list that is not empty, else Malformed."""
    if not isinstance(value, list) or not value:
        raise Malformed("this must be a list that is not empty", *where)
    return value


def a_name(value: Any, *where: str | int) -> str:
    """`value` if it is a string that is not empty, else Malformed."""
    if not isinstance(value, str) or not value:
        raise Malformed("this must be a string that is not empty", *where)
    return value


def a_text(value: Any, *where: str | int) -> str:
    """What is scored of a string, an object or a list: of the last two the compact JSON, with
    sorted keys. Malformed for an empty string and anything else.
    """
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if not isinstance(value, str) or not value:
        raise Malformed("this must be a string that is not empty, an object or a list", *where)
    return value


def a_text_or(value: Any, other: str, *where: str | int) -> str:
    """`a_text`, and `other` where there is none: null, or an empty string."""
    return other if value is None or value == "" else a_text(value, *where)


def one_of(value: Any, known: tuple[str, ...], *where: str | int) -> str:
    """`value` if it is one of `known`, else Malformed with all of them."""
    if value not in known or not isinstance(value, str):
        said = f", not '{clipped(value)}'" if isinstance(value, str) else ""
        raise Malformed(f"this must be one of {', '.join(known)}{said}", *where)
    return value


def is_text(value: Any) -> TypeGuard[str]:
    """A non-empty string that can be written as UTF-8 (no half of a surrogate pair)."""
    if not isinstance(value, str) or not value:
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True

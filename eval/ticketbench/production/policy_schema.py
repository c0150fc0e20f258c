"""JSON Schema of a policy file, and what it refuses: the same table read by us and by editors."""

from __future__ import annotations

import re

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped, listed, quoted

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

VERSION = "ticketbench/policy@1"
RULE = "escalate_then_threshold"
"""The one rule there is: what `core.policy` does with the scores of a ticket."""
N_QUANTILES = 101
HIGHEST_THRESHOLD = 1.01
"""As in a config: above every score, so that nothing is routed."""
NEWER = "made by a newer ticketbench? a rule that is not known is never skipped"


def _object(required: Mapping[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


def _map_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": schema}


_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53}  # larger ones are not exact in JSON
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}
_INSIDE = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
_THRESHOLD = {"type": "number", "minimum": 0, "maximum": HIGHEST_THRESHOLD}
_DIGEST = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_OR_NULL = ["string", "null"]

_SET_NAME = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(@[A-Za-z0-9][A-Za-z0-9._-]{0,31})?$"
"""A rubric set, or one at a named endpoint: `v2@name`."""

_RUBRIC_SET = _object(
    {
        "name": {"type": "string", "pattern": _SET_NAME},
        "fingerprint": _DIGEST,
        "labels": {
            "type": "array",
            "minItems": 2,
            "items": _object({"name": _TEXT, "rubric": _TEXT}),
        },
    }
)
_DECIDE = _object(
    {
        "rule": {"type": "string", "enum": [RULE]},
        "temperature": {"type": "number", "exclusiveMinimum": 0},
        "threshold": _THRESHOLD,
        "label_thresholds": _map_of(_THRESHOLD),
        "escalate_above": _SHARE,
        "fallback": _TEXT,
    }
)
_JUDGED = _object({"routed": _COUNT, "of": _COUNT, "right": _COUNT, "low": _SHARE, "high": _SHARE})
_PROMISE = _object(
    {
        "kind": {"type": "string", "enum": ["certified"]},
        "right_at_least": _INSIDE,
        "confidence": _INSIDE,
        "chosen_on": _COUNT,
        "groups": _COUNT,
        "judged": _JUDGED,
        "dataset": _DIGEST,
        "recording": {**_DIGEST, "type": _OR_NULL},
    }
)
_REFERENCE = _object(
    {
        "n": _COUNT,
        "top_score_quantiles": {
            "type": "array",
            "minItems": N_QUANTILES,
            "maxItems": N_QUANTILES,
            "items": _SHARE,
        },
        "top_labels": _map_of(_COUNT),
        "outcomes": _object({"route": _COUNT, "review": _COUNT, "escalate": _COUNT}),
        "confusion": {"type": "array", "items": {"type": "array", "items": _COUNT}},
        "model": _map_of(_COUNT),
    }
)

SCHEMA: dict[str, Any] = _object(
    {
        "schema": {"type": "string", "enum": [VERSION]},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "tool": _TEXT,
        "rubric_set": _RUBRIC_SET,
        "endpoint": _object({"url": _TEXT, "model": {"type": _OR_NULL, "minLength": 1}}),
        "decide": _DECIDE,
        "prompts": _map_of({"type": "string"}),
        "promise": {**_PROMISE, "type": ["object", "null"]},
        "reference": _REFERENCE,
        "review_by": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    edited={"type": "boolean", "enum": [True]},
)
"""Of `ticketbench/policy@1`, in the dialect 2020-12."""


def refuse_other_version(value: Any) -> None:
    """Raise InputError for what is no policy, or one of another version."""
    schema = value.get("schema") if isinstance(value, dict) else None
    if schema == VERSION:
        return
    if isinstance(schema, str) and schema.startswith("ticketbench/policy@"):
        raise InputError(f"the policy is {quoted(schema)}, this is read: {VERSION}", help=NEWER)
    help_ = "'ticketbench policy export' writes one"
    raise InputError(f"this is no policy: its schema is not {VERSION}", help=help_)


def refuse_unknown_keys(value: Any) -> None:
    """Raise InputError for the first key, however deep, that no policy of this version has."""
    _refuse_unknown_within(value, SCHEMA, "")


def refuse_unfit(value: Any) -> None:
    """Raise InputError for the first thing that is not as the schema has it, with its place."""
    _check(value, SCHEMA, "")


def _refuse_unknown_within(value: Any, schema: Mapping[str, Any], place: str) -> None:
    if isinstance(value, dict) and "properties" in schema:
        _refuse_unknown(value, schema, place)
        for key, one in value.items():
            _refuse_unknown_within(one, schema["properties"][key], _within(place, key))
    elif isinstance(value, list) and "items" in schema:
        for i, one in enumerate(value):
            _refuse_unknown_within(one, schema["items"], f"{place}[{i}]")


def _refuse_unknown(value: dict[str, Any], schema: Mapping[str, Any], place: str) -> None:
    unknown = [key for key in value if key not in schema["properties"]]
    if unknown:
        raise InputError(f"unknown key {listed(unknown)} in {place or 'the policy'}", help=NEWER)


def _check(value: Any, schema: Mapping[str, Any], place: str) -> None:
    types = schema.get("type", [])
    named = [types] if isinstance(types, str) else list(types)
    if not any(_IS[name](value) for name in named):
        raise InputError(f"{place or 'the policy'} is no {' or '.join(named)}")
    if "enum" in schema and value not in schema["enum"]:
        known = ", ".join(str(one) for one in schema["enum"])
        raise InputError(f"{place} is {quoted(str(value))}, known is {known}", help=NEWER)
    if isinstance(value, str):
        _check_text(value, schema, place)
    elif isinstance(value, dict):
        _check_object(value, schema, place)
    elif isinstance(value, list):
        _check_list(value, schema, place)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(value, schema, place)


def _check_object(value: dict[str, Any], schema: Mapping[str, Any], place: str) -> None:
    known = schema.get("properties")
    if known is not None:
        _refuse_unknown(value, schema, place)
        missing = [key for key in schema["required"] if key not in value]
        if missing:
            raise InputError(f"{place or 'the policy'} has no {listed(missing)}")
    for key, one in value.items():
        _check(one, known[key] if known else schema["additionalProperties"], _within(place, key))


def _check_list(value: list[Any], schema: Mapping[str, Any], place: str) -> None:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not least <= len(value) <= most:
        wanted = f"{least}" if least == schema.get("maxItems") else f"{least} or more"
        raise InputError(f"{place} has {len(value)} entries, it needs {wanted}")
    for i, one in enumerate(value):
        _check(one, schema["items"], f"{place}[{i}]")


def _check_text(value: str, schema: Mapping[str, Any], place: str) -> None:
    if len(value) < schema.get("minLength", 0):
        raise InputError(f"{place} is empty")
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value, re.ASCII):
        raise InputError(f"{place} is not written as it has to be: {quoted(value)}")


def _check_number(value: float, schema: Mapping[str, Any], place: str) -> None:
    fits = (
        value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
        and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
    )
    if not fits:
        raise InputError(f"{place} cannot be {value:g}: it is out of range")


def _within(place: str, key: str) -> str:
    return f"{place}.{clipped(key)}" if place else clipped(key)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_IS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
}

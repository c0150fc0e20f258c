"""The names of class numbers, as libraries of data sets note them in the metadata of a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_KEY = b"huggingface"


def class_names(metadata: Mapping[bytes, bytes] | None) -> dict[str, tuple[str, ...]]:
    """The names of each column that has some; metadata of another form say nothing."""
    try:
        told = json.loads((metadata or {})[_KEY])
        features = dict(told["info"]["features"])
    except (KeyError, ValueError, TypeError, RecursionError):
        return {}
    found = ((column, _names(feature)) for column, feature in features.items())
    return {column: names for column, names in found if names}


def _names(feature: Any) -> tuple[str, ...]:
    """Of a class label, or of a list of them."""
    if isinstance(feature, list) and len(feature) == 1:
        return _names(feature[0])
    if not isinstance(feature, dict):
        return ()
    if feature.get("_type") == "ClassLabel":
        names = feature.get("names")
        known = isinstance(names, list) and all(isinstance(name, str) for name in names)
        return tuple(names) if known and isinstance(names, list) else ()
    return _names(feature.get("feature"))


def named(value: Any, names: tuple[str, ...]) -> Any:
    """The name of a number, or those of a list; what has none stays as it is."""
    if isinstance(value, list):
        return [named(one, names) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = int(value) if value == value and abs(value) < len(names) else -1
        if whole == value and whole >= 0:
            return names[whole]
    return value

"""Which preset a file looks like."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ticketbench.core.registry import import_modules
from ticketbench.edge.files.reading import read_start
from ticketbench.edge.imports import presets
from ticketbench.edge.imports.json_values import json_values
from ticketbench.edge.imports.preset import PRESETS, Preset
from ticketbench.edge.imports.values import at
from ticketbench.edge.tables.rows import MalformedRow

_START = 1_000_000
"""Bytes that are looked at: a first record that is longer is not known."""

_LEAST_TELLS = 2
_JSON = (".json", ".jsonl", ".ndjson")
_TABLES = (".csv", ".tsv", ".tab")


def known_presets() -> tuple[Preset, ...]:
    """Every preset, in order of name."""
    import_modules(presets.__name__)
    return tuple(sorted(PRESETS, key=lambda one: one.name))


def named_preset(name: str) -> Preset:
    """The preset called `name`. Raises InputError that lists the known ones."""
    import_modules(presets.__name__)
    return PRESETS.get(name)


def looks_like(path: Path) -> Preset | None:
    """The preset whose keys the first record of `path` has, at least two and most of all presets;
    None where no preset is told. Never raises: it is a guess, of the first megabyte.
    """
    record = first_record(path)
    return told_by(record) if record is not None else None


def first_record(path: Path) -> dict[str, Any] | None:
    """The first record of a file by its suffix, in its first megabyte; of a table its columns, each
    without a value. None where there is none. Never raises.
    """
    packed = path.suffix.lower() == ".gz"
    suffix = (path.with_suffix("") if packed else path).suffix.lower()
    if suffix not in (*_JSON, *_TABLES):
        return None
    start = read_start(path, _START)
    text = (_unpacked(start) if packed else start).decode("utf-8-sig", "ignore")
    if suffix in _TABLES:
        return dict.fromkeys(_header(text))
    pages = frozenset(key for one in known_presets() for key in one.pages)
    try:
        first = next(json_values(io.StringIO(text).read, pages, {}), None)
    except MalformedRow:
        return None
    return first[1] if first is not None and isinstance(first[1], dict) else None


def told_by(record: dict[str, Any]) -> Preset | None:
    """The preset that has the most of its tell-tale keys in `record`; None below two, or where two
    presets have as many.
    """
    found = [(sum(has(record, key) for key in one.tells), one) for one in known_presets()]
    most = max((n for n, _ in found), default=0)
    best = [one for n, one in found if n == most]
    return best[0] if most >= _LEAST_TELLS and len(best) == 1 else None


def has(record: dict[str, Any], key: str) -> bool:
    """Whether a record has a key, a value under a dotted one, or a key like `*.responses`."""
    if key.startswith("*"):
        return any(name.endswith(key[1:]) for name in record)
    return key in record or at(record, key) is not None


def _unpacked(start: bytes) -> bytes:
    """The first megabyte that the beginning of a packed file holds; empty where it is none."""
    try:
        return zlib.decompressobj(wbits=31).decompress(start, _START)
    except zlib.error:
        return b""


def _header(text: str) -> Collection[str]:
    lines = text.splitlines()
    if lines and lines[0].lower().startswith("sep="):
        del lines[0]
    line = next(iter(lines), "")
    sign = max(",;\t", key=line.count)
    try:
        return next(csv.reader([line], delimiter=sign), [])
    except csv.Error:
        return []

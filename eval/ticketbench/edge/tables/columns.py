"""The names in a header: which are columns, which stand twice, and what a mapped name leads to."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ticketbench.core.errors import Problem
from ticketbench.core.quotes import columns_near, listed, quoted
from ticketbench.edge.tables.rows import Cell, Facts, MalformedRow, Row


@dataclass(frozen=True, slots=True)
class Header:
    """A first line, read: the columns in order, the field of each, and what is no column.

    fields    of each column, from 0
    repeated  a name that stands more than once: its fields, from 1
    unnamed   the fields without a name, from 0
    """

    columns: tuple[str, ...]
    fields: tuple[int, ...]
    repeated: dict[str, tuple[int, ...]]
    unnamed: tuple[int, ...]


def header_of(names: Sequence[str], line: int) -> Header:
    """The header with these `names`; a repeated one has `#1`, `#2` ... behind it.

    Raises MalformedRow for a name that cannot be kept, or that a numbered one takes.
    """
    at: dict[str, list[int]] = {}
    unnamed = []
    for i, name in enumerate(names):
        if name.strip():
            at.setdefault(name, []).append(i)
        else:
            unnamed.append(i)
    repeated = {name: tuple(i + 1 for i in fields) for name, fields in at.items() if fields[1:]}
    by_field = {
        i: f"{name}#{n}" if name in repeated else name
        for name, fields in at.items()
        for n, i in enumerate(fields, start=1)
    }
    fields = tuple(sorted(by_field))
    columns = column_names((by_field[i] for i in fields), line)
    return Header(columns, fields, repeated, tuple(unnamed))


def column_names(columns: Iterable[str], line: int) -> tuple[str, ...]:
    """The names of the columns, checked. Raises MalformedRow for one that cannot be kept."""
    names = tuple(columns)
    for name in names:
        if "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
            raise MalformedRow(line, f"the column name {quoted(name)} cannot be kept", "rename it")
    if len(set(names)) < len(names):
        seen: set[str] = set()
        doubled = sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]
        what = f"the column {listed(doubled)} stands twice"
        raise MalformedRow(line, what, "rename or drop one", cause="name a column twice")
    return names


def missing_column(
    name: str, columns: Collection[str], facts: Facts, *, where: str, role: str, say: str
) -> Problem:
    """The problem of a `role` (the label) whose column `name` is none of `columns`: it stands more
    than once, or is not there; `say` is how to name another.
    """
    if name in facts.repeated:
        fields = facts.repeated[name]
        times = "twice" if len(fields) == 2 else f"{len(fields)} times"
        last = f" and {fields[-1]}"
        what = f"the column {quoted(name)} stands {times} (fields {_comma(fields[:-1])}{last})"
        return Problem(what, where, f"write {quoted(f'{name}#2')} for the second")
    what = f"there is no column {quoted(name)} for the {role}"
    return Problem(what, where, f"{columns_near(name, columns)}; {say}")


def _comma(fields: Iterable[int]) -> str:
    return ", ".join(map(str, fields))


def has_column(name: str, columns: Collection[str]) -> bool:
    """Whether `at` can find `name`: a column, or a name with dots that begins with one."""
    return name in columns or any(start in columns for start, _ in _parted(name))


def at(row: Row, name: str) -> Cell:
    """The value in the column `name`; else, for a name with dots such as `fields.summary`, what
    stands at the end of this way through the objects in a column. None where there is nothing.
    """
    if name in row.values:
        return row.values[name]
    for start, way in _parted(name):
        cell = row.values.get(start)
        if isinstance(cell, str) and cell[:1] == "{":
            return cell_of(_walked(_object(cell), way))
    return None


def _parted(name: str) -> list[tuple[str, str]]:
    """Before and after each dot, the longest start first."""
    places = [i for i, sign in enumerate(name) if sign == "."]
    return [(name[:i], name[i + 1 :]) for i in reversed(places)]


def _walked(value: Any, way: str) -> Any:
    if not isinstance(value, dict):
        return None
    if way in value:
        return value[way]
    ways = ((start, rest) for start, rest in _parted(way) if start in value)
    return next((_walked(value[start], rest) for start, rest in ways), None)


@lru_cache(maxsize=4)
def _object(text: str) -> Any:
    """Several names of one row ask for the same object."""
    try:
        return json.loads(
            text, parse_int=NumberText, parse_float=NumberText, parse_constant=NumberText
        )
    except (ValueError, RecursionError):
        return None


class NumberText(str):
    """The digits of a number of JSON as they stand in the file."""

    __slots__ = ()


def cell_of(value: Any) -> Cell:
    """A value of JSON as a cell: text, or a list of texts; objects, and lists with anything but
    texts, numbers, true and false, are their JSON. Raises RecursionError for what is too deep.
    """
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(i, str | int | float | bool) for i in value):
        return [_scalar(item) for item in value]
    return json_text(value) if isinstance(value, list | dict) else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def json_text(value: Any) -> str:
    """The JSON of a value whose numbers are `NumberText`, digit by digit; any other is `str`."""
    match value:
        case NumberText():
            return str(value)
        case dict():
            items = (f"{_quoted(str(k))}: {json_text(v)}" for k, v in value.items())
            return "{" + ", ".join(items) + "}"
        case list():
            return "[" + ", ".join(map(json_text, value)) + "]"
        case None:
            return "null"
        case bool() | int() | float():
            return json.dumps(value)
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""From pydantic's complaints about a document to problems with file:line:column."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePath
from typing import Annotated, TypeVar, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
)
from pydantic_core import ErrorDetails

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.registry import suggestion
from ticketbench.edge.inputs.documents import Document, Location
from ticketbench.edge.redaction import refuse_key

M = TypeVar("M", bound=BaseModel)

_MOST_PATH, _MOST_PART_BYTES = 1_000, 255


def _nameable(name: str) -> str:
    if "\0" in name:
        raise ValueError("no name of a file holds the character U+0000")
    parts = PurePath(name).parts
    if len(name) > _MOST_PATH or any(len(os.fsencode(part)) > _MOST_PART_BYTES for part in parts):
        raise ValueError("this is longer than the name of a file can be")
    return name


FileName = Annotated[str, Field(min_length=1), AfterValidator(_nameable)]
"""A path as a file names it, which any system can open."""

Amount = Annotated[float, Field(ge=0, le=1e12)]
"""Sums and products of larger ones would leave what a float holds."""

_SECRET = {"url", "key_env", "proxy"}
"""Keys under which somebody may have pasted a key: what was found there is never shown."""

_WANTED = {
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be a section of key: value",
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be at most {le:g}",
}


class Strict(BaseModel):
    """Base of all file models: unknown keys are errors, nothing is coerced, nothing changes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def validated(model: type[M], document: Document) -> M:
    """`document` as a `model`; raises InputError that holds every problem, in file order.

    A file that holds the key is refused before anything else in it is looked at.
    """
    refuse_key_in(document)
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        details = sorted(error.errors(), key=lambda d: _position(document, d["loc"]))
        problems = [_problem(model, document, detail) for detail in details]
        raise InputError.of(problems) from None


def refuse_key_in(document: Document) -> None:
    """Raise InputError, at the place, when a name or a value in `document` holds a key.

    Rubrics are prose, in which a plain word stands by chance.
    """
    for location, text in _texts(document.data, ()):
        prose = location[-1:] == ("rubric",)
        refuse_key(text, _spoken(location), where=document.where(location), by_chance=prose)


def _texts(data: object, location: Location) -> Iterator[tuple[Location, str]]:
    """Every name and plain value as text, with the place of the value that it is or belongs to."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield (*location, name), str(name)
            yield from _texts(value, (*location, name))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from _texts(value, (*location, i))
    else:
        yield location, str(data)


def _position(document: Document, loc: Location) -> tuple[int, int]:
    while loc and loc not in document.positions:
        loc = loc[:-1]
    return document.positions.get(loc, (0, 0))


def _problem(model: type[BaseModel], document: Document, detail: ErrorDetails) -> Problem:
    loc, kind = detail["loc"], detail["type"]
    where = document.where(loc)
    name = _spoken(loc)
    if kind == "extra_forbidden":
        help_ = suggestion(str(loc[-1]), _fields_at(model, loc[:-1]))
        return Problem(f"unknown key {quoted(name)}", where, help_)
    if kind == "missing":
        return Problem(f"{quoted(name)} is missing", where, "add it")
    shown = "" if _SECRET & set(loc) else _shown(detail["input"])
    quoting = kind == "string_type" and not isinstance(detail["input"], dict | list)
    help_ = "put quotes around it to make it text" if quoting else _within(detail)
    return Problem(f"{clipped(name) or 'the file'} {_wanted(model, detail)}{shown}", where, help_)


def _within(detail: ErrorDetails) -> str:
    """What to write for a list, a share in percent, or a version of another release; or nothing."""
    if detail["type"] == "list_type":
        return "write each entry on a line of its own, with `- ` before it"
    most = detail.get("ctx", {}).get("le", detail.get("ctx", {}).get("lt"))
    found = detail["input"]
    if detail["loc"] == ("version",):
        return "write 1: no other version is known to this release"
    if most is None or most >= 2 or not isinstance(found, int | float) or not 2 <= found <= 100:
        return ""
    return f"write a share: {found:g} % is {found / 100:g}"


def _shown(found: object) -> str:
    text = repr(found)
    return "" if len(text) > 60 else f", found {text}"


def _spoken(loc: Location) -> str:
    """A location in words: `policy.threshold`, `name of entry 2`, `labels, name of entry 2`."""
    index = next((i for i, part in enumerate(loc) if isinstance(part, int)), None)
    if index is None:
        return ".".join(str(part) for part in loc if part != "[key]")
    before, inside = loc[:index], loc[index + 1 :]
    entry = f"entry {int(loc[index]) + 1}"
    spoken = f"{'.'.join(str(part) for part in inside)} of {entry}" if inside else entry
    return f"{'.'.join(str(part) for part in before)}, {spoken}" if before else spoken


def _wanted(model: type[BaseModel], detail: ErrorDetails) -> str:
    """What a value should have been, without a word of Python."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("model_type", "model_attributes_type"):
        fields = _fields_at(model, detail["loc"])
        return f"must be a section with the keys {', '.join(fields)}"
    if kind == "string_pattern_mismatch":
        return "may hold letters, digits, '.', '_' and '-' only"
    if kind in _WANTED:
        return _WANTED[kind].format(**context)
    return f"is not right: {detail['msg'].removeprefix('Value error, ')}"


def _fields_at(model: type[BaseModel], loc: Location) -> list[str]:
    """The field names of the model that `loc` leads to; none when it cannot be followed."""
    current = _model_in(model.model_fields["root"].annotation) if _is_list(model) else model
    named = False
    for part in loc:
        if named:  # what a mapping of models calls one of them
            named = False
        elif isinstance(part, str):
            field = current.model_fields.get(part) if current else None
            current = _model_in(field.annotation) if field else None
            named = bool(field and get_origin(field.annotation) is dict)
    return list(current.model_fields) if current else []


def _is_list(model: type[BaseModel]) -> bool:
    return issubclass(model, RootModel)


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model in `Model`, `list[Model]`, `Annotated[Model, ...]` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)

"""From pydantic's complaints about a document to problems with file:line:column."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError
from pydantic_core import ErrorDetails

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.registry import suggestion
from ticketbench.edge.documents import Document, Location

M = TypeVar("M", bound=BaseModel)


class Strict(BaseModel):
    """Base of all file models: unknown keys are errors, nothing is coerced, nothing changes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def validated(model: type[M], document: Document) -> M:
    """`document` as a `model`; raises InputError that holds every problem found."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = [_problem(model, document, detail) for detail in error.errors()]
        raise InputError.of(problems) from None


def _problem(model: type[BaseModel], document: Document, detail: ErrorDetails) -> Problem:
    location = tuple(part for part in detail["loc"] if part in _path_of(document, detail["loc"]))
    where = document.where(location)
    name = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        known = _fields_at(model, detail["loc"][:-1])
        return Problem(f"unknown key {name!r}", where, suggestion(str(detail["loc"][-1]), known))
    if detail["type"] == "missing":
        return Problem(f"{name!r} is missing", where, "add it")
    found = repr(detail["input"])
    shown = "" if len(found) > 60 else f", found {found}"
    message = detail["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return Problem(f"{name or 'the file'}: {message}{shown}", where, _hint(detail))


def _hint(detail: ErrorDetails) -> str:
    if detail["type"] == "string_type" and not isinstance(detail["input"], dict | list):
        return "put quotes around it to make it text"
    return ""


def _path_of(document: Document, loc: Location) -> Location:
    return loc if loc in document.positions else loc[:-1]


def _fields_at(model: type[BaseModel], loc: Location) -> list[str]:
    """The field names of the model that `loc` leads to; none when it cannot be followed."""
    current = _model_in(model.model_fields["root"].annotation) if _is_list(model) else model
    for part in loc:
        if isinstance(part, str):
            field = current.model_fields.get(part) if current else None
            current = _model_in(field.annotation) if field else None
    return list(current.model_fields) if current else []


def _is_list(model: type[BaseModel]) -> bool:
    return issubclass(model, RootModel)


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model in `Model`, `list[Model]`, `Annotated[Model, ...]` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)

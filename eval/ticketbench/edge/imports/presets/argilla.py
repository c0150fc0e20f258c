"""Argilla: records as JSON or JSON lines, flat or nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted, words
from ticketbench.core.registry import suggestion
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import body, labels, plain

_FLAT = ".responses"
_OF_THE_TOOL = ("id", "status", "_server_id", "external_id", "inserted_at", "updated_at")

Given = tuple[Any, str, str]
"""A value, who gave it, and its state; empty where the export has no states."""


@preset(
    "argilla",
    tool="Argilla",
    forms="JSON, JSON lines",
    tells=(
        *("fields", "responses", "suggestions", "vectors", "_server_id"),
        *("*.responses", "*.responses.status"),
    ),
    options=("text_field", "field"),
    gives={
        "id": "`id`",
        "text": "the one text field, or `--text-field`",
        "label": "submitted responses to the one question, or to `--field`",
    },
)
def argilla(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A record with every submitted response; drafts, discarded ones and suggestions are none."""
    values = raw.values
    flat = "responses" not in values
    given = _flat(values) if flat else _nested(values["responses"])
    question = asked.field or _only(given)
    if asked.field and given and asked.field not in given:
        what = f"there is no question {quoted(asked.field)}"
        raise InputError(what, help=suggestion(asked.field, given))
    answers = tuple(_submitted(given.get(question, ()), left_out))
    if not answers:
        left_out.count("records without a submitted response")
        return None
    fields = values.get("fields")
    text = _text(fields if isinstance(fields, Mapping) else values, asked.text_field)
    name = plain(values.get("id")) or plain(values.get("external_id"))
    return Record(raw.line, name, (text,), answers)


def _submitted(given: Any, left_out: LeftOut) -> Iterator[Answer]:
    for value, who, state in given:
        if state not in ("", "submitted"):
            left_out.count(f"responses of state {state if state.isalpha() else 'other'}")
        elif found := labels(value):
            yield Answer(found, who)


def _flat(values: Mapping[str, Any]) -> dict[str, list[Given]]:
    """Lists beside each other under `question.responses`, `.users` and `.status`."""
    found: dict[str, list[Given]] = {}
    for key, given in values.items():
        if key.endswith(_FLAT):
            given = given if isinstance(given, list) else []
            users, states = (_beside(values.get(f"{key}.{end}"), given) for end in _BESIDE)
            question = key.removesuffix(_FLAT)
            found[question] = list(zip(given, users, states, strict=True))
    return found


_BESIDE = ("users", "status")


def _beside(value: Any, given: list[Any]) -> list[str]:
    """One text for each of `given`; none where the lists do not fit together."""
    if isinstance(value, list) and len(value) == len(given):
        return list(map(plain, value))
    return [""] * len(given)


def _nested(responses: Any) -> dict[str, list[Given]]:
    """Responses by question, or a list of each person's responses to all questions."""
    found: dict[str, list[Given]] = {}
    if isinstance(responses, Mapping):
        for question, given in responses.items():
            for one in given if isinstance(given, list) else [given]:
                _take(found, question, one, one)
    for one in responses if isinstance(responses, list) else ():
        of_person = one.get("values") if isinstance(one, Mapping) else None
        for question, value in (of_person if isinstance(of_person, Mapping) else {}).items():
            _take(found, question, value, one)
    return found


def _take(found: dict[str, list[Given]], question: str, value: Any, of: Any) -> None:
    if isinstance(value, Mapping) and isinstance(of, Mapping):
        given = (value.get("value"), plain(of.get("user_id")), plain(of.get("status")))
        found.setdefault(question, []).append(given)


def _only(given: Mapping[str, Any]) -> str:
    """The one question. Raises InputError where there are several."""
    if len(given) > 1:
        what = f"there are {len(given)} questions: {words(given)}"
        raise InputError(what, help="say which holds the label: --field NAME")
    return next(iter(given), "")


def _text(fields: Mapping[str, Any], name: str) -> str:
    """The one text of a record. Raises InputError where several may be it."""
    if name or isinstance(fields.get("text"), str):
        return body(fields.get(name or "text"))
    texts = [
        key
        for key, value in fields.items()
        if isinstance(value, str) and "." not in key and key not in _OF_THE_TOOL
    ]
    if len(texts) > 1:
        what = f"{len(texts)} fields may be the text: {words(texts)}"
        raise InputError(what, help="say which is it: --text-field NAME")
    return body(fields.get(texts[0])) if texts else ""

"""Jira: issues of an export as CSV, or of its interface as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ticketbench.edge.imports.desk import desk_labels, person, texts_of
from ticketbench.edge.imports.document import document_text
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import at, body, plain

_WHO = ("accountId", "key", "name", "emailAddress", "displayName")


@preset(
    "jira",
    tool="Jira",
    forms='CSV, JSON, or pages `{"issues": [...]}`',
    tells=("Issue key", "Issue id", "Issue Type", "fields.summary", "fields.issuetype", "key"),
    pages=("issues",),
    options=("label_field", "label_tag"),
    gives={
        "id": "the key",
        "text": "summary and description",
        "label": "a field by `--label-field`, or an entry of Labels by `--label-tag`",
        "group": "a pseudonym of the reporter",
    },
)
def jira(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """An issue; the name of who reported it stands in the dataset as a pseudonym."""
    fields = raw.values.get("fields")
    if isinstance(fields, Mapping):
        return _issue(raw, fields, asked, left_out)
    return _row(raw, asked, left_out)


def _issue(raw: Raw, fields: Mapping[str, Any], asked: Asked, left_out: LeftOut) -> Record | None:
    found = desk_labels(
        asked,
        tags=texts_of(fields.get("labels")),
        fields=[name for name, value in fields.items() if texts_of(value)],
        value=at(fields, asked.label_field) if asked.label_field else None,
        left_out=left_out,
    )
    if not found:
        return None
    texts = (body(fields.get("summary")), document_text(fields.get("description")))
    who = (plain(at(fields.get("reporter"), key)) for key in _WHO)
    return Record(
        raw.line,
        plain(raw.values.get("key")),
        texts,
        (Answer(found),),
        person(next(filter(None, who), "")),
        plain(fields.get("created")),
    )


def _row(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    values = raw.values
    found = desk_labels(
        asked,
        tags=texts_of(list(_column(values, "Labels"))),
        fields=[name for name, value in values.items() if plain(value)],
        value=list(_field(values, asked.label_field)),
        left_out=left_out,
    )
    if not found:
        return None
    texts = (body(values.get("Summary")), body(values.get("Description")))
    who = next(filter(None, (plain(values.get(key)) for key in ("Reporter Id", "Reporter"))), "")
    name, time = plain(values.get("Issue key")), plain(values.get("Created"))
    return Record(raw.line, name, texts, (Answer(found),), person(who), time)


def _field(values: Mapping[str, Any], name: str) -> Iterator[Any]:
    """The values of a field by the name of its column, or by its own inside `Custom field ()`."""
    if name:
        yield from _column(values, name)
        yield from _column(values, f"Custom field ({name})")


def _column(values: Mapping[str, Any], name: str) -> Iterator[Any]:
    """The values of a column that may stand several times: then it has `#1`, `#2` behind it."""
    if name in values:
        yield values[name]
    n = 1
    while f"{name}#{n}" in values:
        yield values[f"{name}#{n}"]
        n += 1

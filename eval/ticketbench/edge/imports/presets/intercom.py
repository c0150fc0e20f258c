"""Intercom: conversations of its interface or of an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ticketbench.edge.imports.desk import desk_labels, field_value, objects, texts_of, utc
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import at, body, plain

_CUSTOMERS = ("user", "lead", "contact")
_TEAM = "team_assignee_id"


@preset(
    "intercom",
    tool="Intercom",
    forms='JSON, JSON lines, or pages `{"conversations": [...]}`',
    tells=("source", "conversation_parts", "contacts", "teammates", _TEAM, "statistics"),
    pages=("conversations",),
    options=("label_tag", "label_field", "parts"),
    gives={
        "id": "`id`",
        "text": "the customer's first message; with `--parts all` all of the customer's",
        "label": "a tag by `--label-tag`, or `--label-field` (team, an attribute)",
        "group": "the contact's id",
    },
    html=True,
)
def intercom(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A conversation in the customer's words; bots, agents and notes are counted."""
    values = raw.values
    attributes = values.get("custom_attributes")
    field = _TEAM if asked.label_field == "team" else asked.label_field
    found = desk_labels(
        asked,
        tags=texts_of(_inside(values.get("tags"), "tags")),
        fields=("team", *(attributes if isinstance(attributes, Mapping) else ())),
        value=field_value(values, field, under=("custom_attributes", "ticket.custom_attributes")),
        left_out=left_out,
    )
    if not found:
        return None
    texts = tuple(_said(values, left_out))
    if not texts:
        left_out.count("conversations without a word of the customer")
        return None
    if asked.parts != "all":
        texts = texts[:1]
    subject = body(at(values, "source.subject"))
    return Record(
        raw.line,
        plain(values.get("id")),
        (subject, *texts),
        (Answer(found),),
        _contact(values),
        utc(values.get("created_at")),
    )


def _said(values: Mapping[str, Any], left_out: LeftOut) -> Iterator[str]:
    """What the customer wrote: the message that began it, then its parts."""
    source = values.get("source") or values.get("conversation_message")
    parts = _inside(values.get("conversation_parts"), "conversation_parts")
    for one in objects([source, *(parts if isinstance(parts, list) else ())]):
        text = body(one.get("body"))
        if not text.strip():
            continue  # an assignment, a close
        author = one.get("author")
        kind = plain(at(author, "type"))
        if one.get("redacted") is True:
            left_out.count("redacted messages")
        elif kind == "bot" or at(author, "from_ai_agent") is True:
            left_out.count("messages of bots")
        elif plain(one.get("part_type")) == "note":
            left_out.count("internal notes")
        elif kind not in _CUSTOMERS:
            left_out.count("messages of agents")
        else:
            yield text


def _inside(value: Any, key: str) -> Any:
    """A list, or the list that an object of the interface holds under `key`."""
    return value.get(key) if isinstance(value, Mapping) else value


def _contact(values: Mapping[str, Any]) -> str:
    """The number of the first contact, else of the customer who wrote first."""
    contacts = objects(_inside(values.get("contacts"), "contacts"))
    first = plain(contacts[0].get("id")) if contacts else plain(at(values, "user.id"))
    author = at(values, "source.author")
    by_customer = plain(at(author, "type")) in _CUSTOMERS
    return first or (plain(at(author, "id")) if by_customer else "")

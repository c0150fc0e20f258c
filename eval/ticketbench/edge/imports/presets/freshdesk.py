"""Freshdesk: tickets of its interface as JSON, or of its export as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ticketbench.edge.imports.desk import desk_labels, field_value, objects, person, texts_of
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import body, plain

_OUTBOUND = "10"
"""The source of a mail that an agent sent first."""


@preset(
    "freshdesk",
    tool="Freshdesk",
    forms="JSON, JSON lines, CSV",
    tells=(
        "description_text",
        "responder_id",
        "fr_escalated",
        "cc_emails",
        "Ticket ID",
        "Contact ID",
    ),
    pages=("tickets", "results"),
    options=("label_field", "label_tag", "parts"),
    gives={
        "id": "`id`, or `Ticket ID`",
        "text": "`subject` and `description_text`, else `description`; with `--parts all` the "
        "requester's later messages",
        "label": "a field by `--label-field` (type, group, a custom field), or a tag by "
        "`--label-tag`",
        "group": "the requester's number; of an address in a CSV a pseudonym",
    },
    html=True,
)
def freshdesk(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A ticket as it came in; spam, deleted ones and mails that an agent began are none."""
    inner = raw.values.get("helpdesk_ticket")
    given = inner if isinstance(inner, Mapping) else raw.values
    values = {key.strip().lower().replace(" ", "_"): value for key, value in given.items()}
    if _unwanted(values, left_out):
        return None
    tags = values.get("tags")
    found = desk_labels(
        asked,
        tags=texts_of(tags.split(",") if isinstance(tags, str) else tags),
        fields=("type", "group", *_custom(values)),
        value=_field(given, values, asked.label_field),
        left_out=left_out,
    )
    if not found:
        return None
    names = (plain(values.get(key)) for key in ("id", "ticket_id", "display_id"))
    texts = [body(values.get("subject")), _description(values)]
    if asked.parts == "all":
        texts += _later(values, left_out)
    times = (plain(values.get(key)) for key in ("created_at", "created_time"))
    name, time = next(filter(None, names), ""), next(filter(None, times), "")
    return Record(raw.line, name, tuple(texts), (Answer(found),), _requester(values), time)


def _unwanted(values: Mapping[str, Any], left_out: LeftOut) -> bool:
    reasons = {
        "spam": plain(values.get("spam")).lower() == "true",
        "deleted tickets": plain(values.get("deleted")).lower() == "true",
        "mails that an agent began": plain(values.get("source")) in (_OUTBOUND, "Outbound Email"),
    }
    reason = next((why for why, holds in reasons.items() if holds), "")
    left_out.count(reason, bool(reason))
    return bool(reason)


def _custom(values: Mapping[str, Any]) -> list[str]:
    custom = values.get("custom_fields")
    return list(custom) if isinstance(custom, Mapping) else []


def _field(given: Mapping[str, Any], values: Mapping[str, Any], name: str) -> Any:
    """A field by its name, as it stands or without its prefix `cf_`; a group by name or number."""
    key = name.strip().lower().replace(" ", "_")
    names = (name, key, *((f"cf_{key}", f"ticket_{key}", f"{key}_id") if key else ()))
    found = (
        field_value(of, one, under=("custom_fields",)) for of in (given, values) for one in names
    )
    return next((value for value in found if value is not None), None)


def _description(values: Mapping[str, Any]) -> str:
    texts = (body(values.get(key)) for key in ("description_text", "description"))
    return next((text for text in texts if text.strip()), "")


def _later(values: Mapping[str, Any], left_out: LeftOut) -> Iterator[str]:
    """Later messages of who asked; those of agents and notes are counted."""
    for one in objects(values.get("conversations")):
        if one.get("private"):
            left_out.count("internal notes")
        elif not one.get("incoming"):
            left_out.count("messages of agents and bots")
        else:
            yield body(one.get("body_text")) or body(one.get("body"))


def _requester(values: Mapping[str, Any]) -> str:
    """The requester's number; where a table has none, a pseudonym of the address."""
    numbers = (plain(values.get(key)) for key in ("requester_id", "contact_id"))
    mails = (person(values.get(key)) for key in ("requester_email", "email"))
    return next(filter(None, (*numbers, *mails)), "")

"""Zendesk: tickets of an export or of its interface, with or without their comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ticketbench.edge.imports.desk import desk_labels, field_value, objects, texts_of
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import at, body, plain


@preset(
    "zendesk",
    tool="Zendesk",
    forms='JSON lines, or pages `{"tickets": [...]}`',
    tells=("raw_subject", "custom_fields", "submitter_id", "brand_id", "ticket_form_id", "via"),
    pages=("tickets", "results"),
    options=("label_tag", "label_field", "parts"),
    gives={
        "id": "`id`",
        "text": "`subject` and `description`; with `--parts all` the requester's public comments",
        "label": "a tag by `--label-tag 'team_*'`, or a custom field by `--label-field ID`; "
        "what all its values begin with (`team_`) is taken off",
        "group": "the requester's number",
    },
    html=True,
    tag_values=True,
)
def zendesk(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A ticket in the words of who asked; deleted and merged ones are none."""
    inner = raw.values.get("ticket")
    values = inner if isinstance(inner, Mapping) else raw.values
    tags = texts_of(values.get("tags"))
    if plain(values.get("status")) == "deleted":
        left_out.count("deleted tickets")
        return None
    if "closed_by_merge" in tags:
        left_out.count("tickets merged into another")
        return None
    found = desk_labels(
        asked,
        tags=tags,
        fields=[plain(one.get("id")) for one in _custom(values)],
        value=_field(values, asked.label_field),
        left_out=left_out,
    )
    if not found:
        return None
    requester = plain(values.get("requester_id")) or plain(at(values, "requester.id"))
    by_agent = _opened_by_agent(values, requester)
    texts = _texts(values, requester, asked, left_out, by_agent=by_agent)
    if by_agent and not texts:
        left_out.count("tickets that an agent opened, without a word of the requester")
        return None
    time = plain(values.get("created_at"))
    subject = body(values.get("subject")) or body(values.get("raw_subject"))
    name = plain(values.get("id"))
    return Record(raw.line, name, (subject, *texts), (Answer(found),), requester, time)


def _custom(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return objects(values.get("custom_fields")) or objects(values.get("fields"))


def _field(values: Mapping[str, Any], name: str) -> Any:
    """The value of a custom field by its number, or of another field by its name."""
    custom = (one.get("value") for one in _custom(values) if plain(one.get("id")) == name)
    return next(custom, None) or field_value(values, name, under=())


def _opened_by_agent(values: Mapping[str, Any], requester: str) -> bool:
    """Whether the first comment, which the description repeats, is of somebody else."""
    comments = objects(values.get("comments"))
    opened = plain(comments[0].get("author_id")) if comments else ""
    return bool(opened and requester and opened != requester)


def _texts(
    values: Mapping[str, Any], requester: str, asked: Asked, left_out: LeftOut, *, by_agent: bool
) -> tuple[str, ...]:
    """The description, or comments where all are asked for or an agent wrote the description."""
    comments = objects(values.get("comments"))
    description = body(values.get("description"))
    if asked.parts != "all" and description and not by_agent:
        return (description,)
    said = tuple(_said(comments, requester, left_out))
    if asked.parts != "all":
        said = said[:1]
    return said or ((description,) if description and not by_agent else ())


def _said(comments: list[Mapping[str, Any]], requester: str, left_out: LeftOut) -> Iterator[str]:
    """The requester's public comments; the first is the requester's where nobody is named."""
    for i, one in enumerate(comments):
        author = plain(one.get("author_id"))
        if one.get("public") is False:
            left_out.count("internal notes")
        elif author != requester and (author or i):
            left_out.count("comments of agents and bots")
        else:
            texts = (body(one.get(key)) for key in ("plain_body", "body", "html_body"))
            yield next((text for text in texts if text.strip()), "")

"""doccano: JSON lines, of both generations of its keys."""

from __future__ import annotations

from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import body, labels, plain


@preset(
    "doccano",
    tool="doccano",
    forms="JSON lines",
    tells=("label", "Comments"),
    options=("text_field", "field"),
    gives={
        "id": "`id`",
        "text": "`text`, or `data` of older versions",
        "label": "the list `label`, or `labels` of older versions",
    },
)
def doccano(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A document with its labels."""
    values = raw.values
    text = asked.text_field or ("text" if "text" in values else "data")
    field = asked.field or ("label" if "label" in values else "labels")
    found = labels(values.get(field))
    if not found:
        left_out.count("documents without a label")
        return None
    return Record(raw.line, plain(values.get("id")), (body(values.get(text)),), (Answer(found),))

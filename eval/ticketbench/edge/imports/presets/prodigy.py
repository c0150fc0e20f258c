"""Prodigy: JSON lines, a line for each answer of each person."""

from __future__ import annotations

from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import body, labels, plain


@preset(
    "prodigy",
    tool="Prodigy",
    forms="JSON lines",
    tells=("_input_hash", "_task_hash", "answer", "accept", "_session_id"),
    options=("text_field",),
    gives={
        "id": "`_input_hash`",
        "text": "`text`, or `--text-field`",
        "label": "`accept` of the answer `accept`, or `label` of a yes-or-no question",
    },
    merges=True,
)
def prodigy(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """One answer of one person; what was rejected or ignored says no label."""
    values = raw.values
    answer = plain(values.get("answer")) or "no"
    if answer != "accept":
        left_out.count(f"answers of `{answer}`" if answer in ("reject", "ignore") else "no answer")
        return None
    found = labels(values.get("accept" if "accept" in values else "label"))
    if not found:
        left_out.count("answers without a label")
        return None
    who = plain(values.get("_session_id")) or plain(values.get("_annotator_id"))
    text = body(values.get(asked.text_field or "text"))
    return Record(raw.line, plain(values.get("_input_hash")), (text,), (Answer(found, who),))

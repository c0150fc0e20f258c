"""Data sets as Hugging Face stores and exports them: Parquet, JSON lines, CSV."""

from __future__ import annotations

from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import body, labels, plain

_LABELS = ("label", "labels", "label_text", "intent", "category", "coarse_label")
_TEXTS = ("text", "sentence", "utterance", "content", "body", "query")


@preset(
    "hf",
    tool="Hugging Face",
    forms="Parquet, JSON lines, CSV",
    options=("text_field", "field"),
    gives={
        "id": "made of the text",
        "text": "`text` or a usual name, or `--text-field`",
        "label": "`label` or a usual name, or `--field`; numbers by the names that the file has",
    },
)
def hf(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A row; a number of a label that the file has a name for is that name already."""
    values = raw.values
    field = asked.field or next((one for one in _LABELS if one in values), "")
    found = labels(values.get(field))
    if not found or found == ("-1",):  # what a data set writes that keeps its labels to itself
        left_out.count("rows without a label")
        return None
    text = asked.text_field or next((one for one in _TEXTS if one in values), "")
    split = plain(values.get("split"))
    return Record(raw.line, "", (body(values.get(text)),), (Answer(found),), split=split)

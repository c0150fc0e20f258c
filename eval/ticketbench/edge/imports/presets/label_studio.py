"""Label Studio: tasks with annotations as JSON; the short form JSON-MIN and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import words
from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import at, body, items, labels, plain

_OF_THE_TOOL = frozenset(
    "id annotator annotation_id created_at updated_at lead_time agreement annotators".split()
)
"""Columns that the short forms have beside those of the task and of its controls."""

_TEXTS = ("text", "body", "message", "ticket", "content")


@preset(
    "label-studio",
    tool="Label Studio",
    forms="JSON, JSON-MIN, CSV",
    tells=("data", "annotations", "predictions", "annotation_id", "lead_time", "annotator"),
    pages=("tasks",),
    options=("text_field", "field"),
    gives={
        "id": "`data.id`, else the task's `id`",
        "text": "the one text in `data`, or `--text-field`",
        "label": "choices of the one `choices` control, or of `--field`",
    },
    merges=True,
)
def label_studio(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A task with what each annotator chose; what was cancelled or predicted is no answer."""
    values = raw.values
    nested = isinstance(values.get("data"), Mapping)
    data = values["data"] if nested else values
    text = body(at(data, asked.text_field or _text_field(data, nested=nested)))
    found = _annotations(values, asked, left_out) if nested else _short(values, asked)
    answers = tuple(one for one in found if one.labels)
    if not answers:
        left_out.count("tasks without an answer")
        return None
    name = (plain(data.get("id")) if nested else "") or plain(values.get("id"))
    return Record(raw.line, name, (text,), answers)


def _annotations(values: Mapping[str, Any], asked: Asked, left_out: LeftOut) -> Iterator[Answer]:
    left_out.count("predictions of a model", len(items(values.get("predictions"))))
    for one in items(values.get("annotations") or values.get("completions")):
        if not isinstance(one, Mapping):
            continue
        if one.get("was_cancelled"):
            left_out.count("cancelled annotations")
            continue
        yield Answer(_choices(one.get("result"), asked.field), _who(one.get("completed_by")))


def _choices(result: Any, field: str) -> tuple[str, ...]:
    """What was chosen in one control. Raises InputError for several where none is named."""
    chosen: dict[str, list[str]] = {}
    for one in items(result):
        value = one.get("value") if isinstance(one, Mapping) else None
        if isinstance(value, Mapping) and isinstance(value.get("choices"), list):
            chosen.setdefault(plain(one.get("from_name")), []).extend(labels(value["choices"]))
    if field:
        return tuple(dict.fromkeys(chosen.get(field, ())))
    if len(chosen) > 1:
        what = f"there are {len(chosen)} controls with choices: {words(chosen)}"
        raise InputError(what, help="say which holds the label: --field NAME")
    return tuple(dict.fromkeys(label for found in chosen.values() for label in found))


def _who(completed_by: Any) -> str:
    """The number of an annotator, never a name or an address."""
    if isinstance(completed_by, Mapping):
        completed_by = completed_by.get("id")
    return plain(completed_by)


def _short(values: Mapping[str, Any], asked: Asked) -> Iterator[Answer]:
    """The one answer of a record of JSON-MIN, or of a row."""
    field = asked.field
    if not field:
        text = asked.text_field or _text_field(values, nested=False)
        others = [name for name in values if name not in _OF_THE_TOOL and name != text]
        if len(others) != 1:
            what = f"{len(others)} columns may hold the label: {words(others)}"
            raise InputError(what, help="say which does: --field NAME")
        field = others[0]
    yield Answer(labels(values.get(field)), _who(values.get("annotator")))


def _text_field(data: Mapping[str, Any], *, nested: bool) -> str:
    """Where the text of a task stands. Raises InputError where several may be it."""
    usual = next((name for name in _TEXTS if isinstance(data.get(name), str)), "")
    if usual:
        return usual
    texts = [name for name, value in data.items() if isinstance(value, str) and name != "id"]
    if nested and len(texts) == 1:
        return texts[0]
    what = f"{len(texts)} fields may be the text: {words(texts)}"
    raise InputError(what, help="say which is it: --text-field NAME")

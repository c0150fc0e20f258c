"""Any table, its columns named by the user; one person a row, or one person a column."""

from __future__ import annotations

from typing import Any

from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import at, body, labels, plain

_ROLES = ("label", "all_labels", "id", "group", "time", "split")


@preset(
    "none",
    tool="any table",
    forms="CSV, TSV, JSON lines, Parquet, spreadsheets",
    options=("columns", "annotator", "annotators"),
    gives={
        "id": "`id`, or `--columns id=NAME`; made of the text where there is none",
        "text": "`text`, or `--columns text=NAME`, several by a comma",
        "label": "`label`, or `--columns label=NAME`; `--annotators A,B` for a column a person",
        "all_labels": "`all_labels`, or `--columns all_labels=NAME`: a list, or with bars between",
        "group": "`group`, or `--columns group=NAME`",
    },
)
def none(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A row; with `annotator` one answer of many, with `annotators` an answer in each column."""
    values, columns = raw.values, asked.columns
    label, fitting, name, group, time, split = [
        at(values, columns[role][0]) if role in columns else values.get(role) for role in _ROLES
    ]
    if asked.annotators:
        given = ((one, labels(at(values, one))) for one in asked.annotators)
        answers = tuple(Answer(found, one) for one, found in given if found)
    elif asked.annotator:
        found = labels(label)
        answers = (Answer(found, plain(at(values, asked.annotator))),) if found else ()
    else:
        found = _with_fitting(labels(label), fitting) if fitting else labels(label)
        answers = (Answer(found),) if found else ()
    if not answers:
        left_out.count("rows without a label")
        return None
    if "text" in columns:
        texts = tuple([body(at(values, column)) for column in columns["text"]])
    else:
        texts = (body(values.get("text")),)
    return Record(raw.line, plain(name), texts, answers, plain(group), plain(time), plain(split))


def _with_fitting(label: tuple[str, ...], fitting: Any) -> tuple[str, ...]:
    """The label, and behind it the others that fit: a list, or with bars between them, as we write
    them ourselves. No label is made of these alone.
    """
    found = labels(fitting)
    if len(found) == 1:
        found = tuple(filter(None, map(str.strip, found[0].split("|"))))
    return tuple(dict.fromkeys((*label, *found))) if label else ()

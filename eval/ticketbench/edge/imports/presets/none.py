"""Any table, its columns named by the user; one person a row, or one person a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ticketbench.edge.imports.preset import Asked, LeftOut, Raw, preset
from ticketbench.edge.imports.record import Answer, Record
from ticketbench.edge.imports.values import at, body, labels, plain


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
    if asked.annotators:
        given = ((one, labels(at(values, one))) for one in asked.annotators)
        answers = tuple(Answer(found, one) for one, found in given if found)
    else:
        found = labels(_value(values, columns, "label"))
        if found and not asked.annotator:
            found = tuple(dict.fromkeys((*found, *_all_labels(values, columns))))
        who = plain(at(values, asked.annotator)) if asked.annotator else ""
        answers = (Answer(found, who),) if found else ()
    if not answers:
        left_out.count("rows without a label")
        return None
    if "text" in columns:
        texts = tuple([body(at(values, name)) for name in columns["text"]])
    else:
        texts = (body(values.get("text")),)
    name, group, time, split = [
        plain(_value(values, columns, role)) for role in ("id", "group", "time", "split")
    ]
    return Record(raw.line, name, texts, answers, group, time, split)


def _all_labels(values: Mapping[str, Any], columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Labels that fit as well: a list, or with bars between them, as we write them ourselves."""
    found = labels(_value(values, columns, "all_labels"))
    return tuple(filter(None, map(str.strip, found[0].split("|")))) if len(found) == 1 else found


def _value(values: Mapping[str, Any], columns: Mapping[str, Sequence[str]], role: str) -> Any:
    """What stands in the column for `role`, which is called so where the user names no other."""
    return at(values, columns[role][0]) if role in columns else values.get(role)

"""Any table, its columns named by the user; one person a row, or one person a column."""

from __future__ import annotations

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
        "group": "`group`, or `--columns group=NAME`",
    },
)
def none(raw: Raw, asked: Asked, left_out: LeftOut) -> Record | None:
    """A row; with `annotator` one answer of many, with `annotators` an answer in each column."""
    values, columns = raw.values, asked.columns

    def value(role: str) -> Any:
        names = columns.get(role)
        return at(values, names[0]) if names else values.get(role)

    if asked.annotators:
        given = ((one, labels(at(values, one))) for one in asked.annotators)
        answers = tuple(Answer(found, one) for one, found in given if found)
    else:
        found = labels(value("label"))
        who = plain(at(values, asked.annotator)) if asked.annotator else ""
        answers = (Answer(found, who),) if found else ()
    if not answers:
        left_out.count("rows without a label")
        return None
    texts = tuple(body(at(values, name)) for name in columns.get("text", ("text",)))
    rest = (plain(value(role)) for role in ("group", "time", "split"))
    return Record(raw.line, plain(value("id")), texts, answers, *rest)

"""A log in any table or JSON lines: which column is what, and what each row says."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.policy import OUTCOMES
from ticketbench.core.quotes import quoted, words
from ticketbench.core.registry import suggestion
from ticketbench.edge.results.forms.options import HEAD, SCORE_PREFIX
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.rows import known
from ticketbench.edge.tables.reading import read_table
from ticketbench.edge.tables.rows import Row, Table, problems_error
from ticketbench.flow.logs.entries import Entry

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "top_label": ("top_label", "predicted", "prediction", "predicted_label", "label"),
    "score": ("score", "top_score", "confidence"),
    "scores": ("scores",),
    "time": ("timestamp", "time", "created_at", "created", "date"),
    "ticket_id": ("ticket_id", "id", "ticket"),
    "outcome": ("outcome", "decision"),
    "reason": ("reason", "failure", "error"),
    "model": ("model",),
}
"""Names by role, the surest first."""

_MILLISECONDS = 1e11
"""Seconds since 1970 stay below it until the year 5138."""
_LATEST = 1e10
"""Of seconds that were milliseconds: the year 2286; 20261129023621 is another spelling of a day."""
_SINCE_1970 = re.compile(r"[0-9]{9,}")

_NO_ANSWER = "no answer"


@dataclass(frozen=True, slots=True)
class _Columns:
    """The column of each role that the table has, and those of single scores by label."""

    of: Mapping[str, str]
    scores: Mapping[str, str]

    def text(self, row: Row, role: str) -> str:
        value = row.values.get(self.of.get(role, ""))
        return value.strip() if isinstance(value, str) else ""


class _Bad(Exception):
    """What is wrong in a row, and what to do."""


def read_rows(path: Path, given: Mapping[str, str]) -> tuple[Entry, ...]:
    """The decisions in a table; `given` names the columns of roles that are called otherwise.

    Raises InputError where no column can be the top label or its score, and with file and line of
    every row that is no decision.
    """
    table = read_table(path)
    if table.columns[: len(HEAD)] == HEAD:  # of our own: texts as they were before it was written
        table = known(table, Origin.of_file(path))
        _refuse_several_sets(table, path)
    columns = _columns(table, path, given)
    found, problems = [], []
    for row in table.rows:
        try:
            found.append(_entry(row, columns))
        except _Bad as error:
            problems.append(Problem(str(error), f"{path}:{row.line}", "mend or drop the row"))
    if problems:
        raise problems_error(problems)
    return tuple(found)


def _refuse_several_sets(table: Table, path: Path) -> None:
    names = list(dict.fromkeys(str(row.values["rubric_set"]) for row in table.rows))
    if len(names) > 1:
        help_ = "keep the rows of one, and give that file"
        what = f"it holds the answers of several rubric sets: {words(names)}"
        raise InputError(what, where=str(path), help=help_)


def _columns(table: Table, path: Path, given: Mapping[str, str]) -> _Columns:
    for column in given.values():
        if column not in table.columns:
            what = f"there is no column {quoted(column)}"
            raise InputError(what, where=f"{path}:1", help=suggestion(column, table.columns))
    of = dict(given)
    for role, names in COLUMNS.items():
        free = [name for name in names if name in table.columns and name not in of.values()]
        if role not in of and free:
            of[role] = free[0]
    single = {
        name.removeprefix(SCORE_PREFIX): name
        for name in table.columns
        if name.startswith(SCORE_PREFIX)
    }
    if "scores" not in of and not single and not {"top_label", "score"} <= of.keys():
        lacking = "score" if "top_label" in of else "top label"
        what = f"no column of {words(table.columns)} is the {lacking}"
        role = lacking.replace(" ", "_")
        help_ = f"name it: --columns {role}=NAME; or log `scores`, an object of label and score"
        raise InputError(what, where=f"{path}:1", help=help_)
    return _Columns(of, single)


def _entry(row: Row, columns: _Columns) -> Entry:
    scores = _scores(row, columns)
    label = columns.text(row, "top_label") or (
        max(scores, key=scores.__getitem__) if scores else ""
    )
    score = _score(columns.text(row, "score"), "score") if columns.text(row, "score") else None
    if score is None and scores:
        score = scores.get(label, max(scores.values()))
    if bool(label) != (score is not None):
        raise _Bad("a top label without a score" if label else "a score without a top label")
    outcome = columns.text(row, "outcome")
    reason = columns.text(row, "reason")
    return Entry(
        ticket_id=columns.text(row, "ticket_id"),
        label=label or None,
        score=score,
        scores=scores or None,
        outcome=outcome if outcome in OUTCOMES else "",
        reason=reason or ("" if label else _NO_ANSWER),
        model=columns.text(row, "model") or None,
        time=_time(columns.text(row, "time")),
    )


def _scores(row: Row, columns: _Columns) -> dict[str, float]:
    """Scores by label, from one object or from a column for each label; empty for none."""
    text = columns.text(row, "scores")
    if not text:
        cells = ((label, row.values.get(name)) for label, name in columns.scores.items())
        return {
            label: _score(cell, SCORE_PREFIX + label)
            for label, cell in cells
            if isinstance(cell, str) and cell.strip()
        }
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _Bad("`scores` is no object of label and score")
    return {label: _score(one, f"the score of {quoted(label)}") for label, one in value.items()}


def _score(value: object, what: str) -> float:
    try:
        found = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        found = math.nan
    if not 0 <= found <= 1:
        raise _Bad(f"{what} is no number from 0 to 1: {quoted(str(value))}")
    return found


def _time(text: str) -> datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970; None for nothing."""
    if not text:
        return None
    try:
        found = _moment(text)
        return found if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise _Bad(f"{quoted(text)} is no time such as 2026-11-29T02:36:21Z") from None


def _moment(text: str) -> datetime:
    """Raises ValueError, OverflowError or OSError for what is none."""
    # A day such as 20261129 has 8 digits; 1780073032000 would be 20:00 on a day of 1780, too.
    if not _SINCE_1970.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    number = float(text)
    seconds = number / 1000 if number > _MILLISECONDS else number
    if number > _MILLISECONDS and seconds > _LATEST:
        raise ValueError
    return datetime.fromtimestamp(seconds, UTC)


def column_names(given: Sequence[str]) -> dict[str, str]:
    """From `ROLE=NAME` texts to names by role; raises InputError for another form."""
    found: dict[str, str] = {}
    for text in given:
        role, equals, name = text.partition("=")
        if not (role and equals and name) or role in found:
            what = f"--columns takes ROLE=NAME, each role once, got {quoted(text)}"
            raise InputError(what, help=f"the roles are {words(COLUMNS)}")
        if role not in COLUMNS:
            what = f"--columns knows no role {quoted(role)}"
            raise InputError(what, help=suggestion(role, COLUMNS))
        found[role] = name
    return found

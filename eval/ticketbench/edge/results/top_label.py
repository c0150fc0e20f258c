"""Tables that hold the top label of an answer, with or without its score, and no other score."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import cast, get_args

import numpy as np

from ticketbench.core.errors import InputError, Problem
from ticketbench.core.quotes import clipped, quoted
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import (
    ELSEWHERE,
    BoolArray,
    Failure,
    FailureKind,
    FloatArray,
    IntArray,
    Known,
    ScoreTable,
)
from ticketbench.edge.results.forms.counted import listed_values, rows_of
from ticketbench.edge.results.forms.numbers import number_of
from ticketbench.edge.results.forms.options import Scale
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.repeats import Numbered, answer_id, text, texts
from ticketbench.edge.tables.rows import Row

TOP, SCORE = "top_label", "score"

_AS_SHARE = "write it as a share, such as 0.83"
_LOOKS_LIKE = {"percent": "these look like percent", "log": "these look like logarithms"}


@dataclass(frozen=True, slots=True)
class Answers:
    """What the rows of a set answer: which of them do, the scores n x K of these, and the others.

    `notes` say what was decided in reading them.
    """

    labels: tuple[str, ...]
    answered: BoolArray
    failures: Sequence[Failure]
    scores: FloatArray
    known: Known = "every score"
    notes: tuple[str, ...] = ()


def failed(row: Row, origin: Origin) -> Failure:
    """A row without an answer, under the kind of failure that it names."""
    return failure(answer_id(row, origin), text(row, "failure"))


def failure(ticket: str, kind: str) -> Failure:
    """A ticket without an answer, under the kind that is named; `not_run` for any other word."""
    known = kind if kind in get_args(FailureKind) else "not_run"
    return Failure(ticket, cast(FailureKind, known))


def top_labels_alone(rows: Sequence[Row], score_columns: Sequence[str]) -> bool:
    """Whether no row has a score of a label, and some have a top label."""
    if any(text(row, name).strip() for row in rows for name in score_columns):
        return False
    return any(text(row, TOP) for row in rows)


def without_scores(unscored: Sequence[Row], rows: Sequence[Row], origin: Origin) -> Numbered:
    """A problem for rows that say a top label and no score of a label, where others have all.

    They are answers, so they are no tickets without one; a table holds answers of one kind.
    """
    told = [row for row in unscored if text(row, TOP)]
    if not told:
        return []
    what = f"there is a {TOP} without the scores that other rows have"
    help_ = f"fill the scores in, or drop their columns, so that all are judged by {TOP}"
    return [_problem(told, rows, what, help_, origin)]


def of_top_labels(
    rows: Sequence[Row], columns: Sequence[str], origin: Origin, problems: Numbered
) -> Answers:
    """The answers of rows that say a top label; `columns` are labels that have a column.

    The labels are these, else those that are answered or right, sorted. A row without a top label
    is a ticket without an answer. The mistakes of rows go to `problems`, one a cause.
    """
    answered = [row for row in rows if text(row, TOP)]
    seen = {text(row, TOP) for row in answered} | {text(row, "label") for row in rows}
    labels = (*columns, *sorted(seen - {NONE_LABEL, *columns, ""}))
    if len(labels) < 2:
        raise InputError("there are fewer than two labels", where=origin.columns)
    problems += _no_label(rows, origin)
    said = [text(row, SCORE).strip() for row in answered]
    known: Known = "top score" if any(said) else "top label"
    values = _scores(answered, said, origin, problems) if any(said) else [math.nan] * len(answered)
    scores = np.zeros((len(answered), len(labels)))
    column = {label: k for k, label in enumerate(labels)}
    if not problems:
        at = [column[text(row, TOP)] for row in answered]
        scores[np.arange(len(answered)), np.array(at, dtype=np.int64)] = values
    failures = [failed(row, origin) for row in rows if not text(row, TOP)]
    notes = _never_right(answered, {*columns, *(text(row, "label") for row in rows)})
    has_answer = np.array([bool(top) for top in texts(rows, TOP)], dtype=np.bool_)
    return Answers(labels, has_answer, failures, scores, known, notes)


def _never_right(rows: Sequence[Row], known: Collection[str]) -> tuple[str, ...]:
    """A note on top labels that are no gold label: `unknown` may mean that there was no answer."""
    others = Counter(label for row in rows if (label := text(row, TOP)) not in known)
    if not others:
        return ()
    told = listed_values([f"{clipped(label)} ({n:,})" for label, n in others.most_common()])
    what = f"{rows_of(others.total(), len(rows))}: {TOP} is no gold label of the table: {told}"
    return (f"{what}; where that means no answer, leave the cell empty",)


def _no_label(rows: Sequence[Row], origin: Origin) -> Numbered:
    """Rows that answer with no label, and rows with a score for no label."""
    none = [row for row in rows if text(row, TOP) == NONE_LABEL]
    bare = [row for row in rows if text(row, SCORE).strip() and not text(row, TOP)]
    found: Numbered = []
    if none:
        what = f"{TOP} is {NONE_LABEL}, which is no label to answer with"
        help_ = "name it otherwise, or leave it empty where there is no answer"
        found.append(_problem(none, rows, what, help_, origin))
    if bare:
        what = f"there is a {SCORE} without a {TOP}"
        found.append(_problem(bare, rows, what, "fill in the label, or empty the score", origin))
    return found


@dataclass(slots=True)
class _Bad:
    """Rows whose score cannot be, by why."""

    empty: list[Row] = field(default_factory=list)
    text: list[Row] = field(default_factory=list)
    outside: list[Row] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


def _scores(
    rows: Sequence[Row], said: Sequence[str], origin: Origin, problems: Numbered
) -> list[float]:
    """The score of each row as a share, above 0 and up to 1; what is not goes to `problems`."""
    from ticketbench.edge.results.forms.causes import cell_kind

    to_share = _TO_SHARE[origin.form.scale]
    number, found, values, bad = number_of(origin.form), [], list[float](), _Bad()
    for row, one in zip(rows, said, strict=True):
        value = number(one) if one and cell_kind(one, origin.form) is None else math.nan
        share = to_share(value)
        if not one:
            bad.empty.append(row)
        elif math.isnan(value):
            bad.text.append(row)
        elif not 0 < share <= 1:
            bad.outside.append(row)
            bad.values.append(value)
        found.append(share)
        values.append(value)
    problems += _told(bad, rows, origin) or _shares(values, rows, origin)
    return found


_TO_SHARE: dict[str, Callable[[float], float]] = {
    "prob": lambda value: value,
    "percent": lambda value: value / 100,
    "log": lambda value: math.exp(min(value, 1.0)),
}


def _told(bad: _Bad, rows: Sequence[Row], origin: Origin) -> Numbered:
    found: Numbered = []
    if bad.empty:
        what = f"{SCORE} is empty beside a {TOP}"
        help_ = f"fill it in, or leave the column {SCORE} out"
        found.append(_problem(bad.empty, rows, what, help_, origin))
    if bad.text:
        found.append(_problem(bad.text, rows, *_no_number(bad.text[0], origin), origin))
    if bad.outside:
        low, high = min(bad.values), max(bad.values)
        what = f"{SCORE} is not above 0 and at most 1, but from {low:g} to {high:g}"
        every = len(bad.outside) == len(rows)
        help_ = _scale(low, high, origin, every=every)
        found.append(_problem(bad.outside, rows, what, help_, origin))
    return found


def _shares(values: Sequence[float], rows: Sequence[Row], origin: Origin) -> Numbered:
    """A problem where what is said to be percent is not: no top label has 1 percent or less in
    every row.
    """
    if origin.form.scale != "percent" or max(values) > 1:
        return []
    said = origin.say(scale="percent")
    what = f"no {SCORE} is above 1: these are shares, not {said}"
    return [_problem(rows, rows, what, f"leave {said} out", origin)]


def _no_number(row: Row, origin: Origin) -> tuple[str, str]:
    """What the score of a row is in place of a number, and what to do."""
    from ticketbench.edge.results.forms.causes import cell_kind, cell_words

    cell = text(row, SCORE).strip()
    kind = cell_kind(cell, origin.form)
    if kind in ("comma", "point"):
        return cell_words(kind, cell, origin)
    what = f"{SCORE} is no number, such as {quoted(cell)}"
    return what, f"say so: {origin.say(scale='percent')}" if kind == "percent" else _AS_SHARE


def _scale(low: float, high: float, origin: Origin, *, every: bool) -> str:
    """What to say of the scale, where the values look like one that is not said."""
    guess: Scale = "prob"
    said = origin.say(scale=origin.form.scale)
    if origin.form.scale == "log" and low > 0 and high <= 1:
        return f"these are shares, not logarithms: leave {said} out"
    if 1 < high <= 100 and low >= 0:
        if not every and origin.form.scale == "prob":
            return "these look like percent, the others are shares: write all as shares of 1"
        guess = "percent"
    elif high <= 0 and every:
        guess = "log"
    if guess in ("prob", origin.form.scale):
        return "a score is the share that the top label has of all labels"
    return f"{_LOOKS_LIKE[guess]}: {origin.say(scale=guess)}"


def _problem(
    of: Sequence[Row], rows: Sequence[Row], what: str, help_: str, origin: Origin
) -> tuple[int, Problem]:
    told = f"{len(of):,} of {len(rows):,} rows: {what}"
    return of[0].line, Problem(told, origin.place(of[0].line), help_)


def stated(
    table: ScoreTable, said: Sequence[str], origin: Origin, *, first: int
) -> IntArray | None:
    """The top label that each row of `table` states, for `ScoreTable.stated`; None where each is
    the label of the largest score, or of one that ties with it.

    A row that states none agrees. Raises InputError where every row says another one, at the line
    `first`.
    """
    number = {label: i for i, label in enumerate(table.gold_labels)}
    if not any(said):
        return None
    at = np.array([number.get(one, ELSEWHERE) if one else -1 for one in said], dtype=np.int64)
    own = np.flatnonzero((at >= 0) & (at < len(table.labels)))
    ties = np.zeros(len(at), dtype=np.bool_)
    ties[own] = table.scores[own, at[own]] == table.top_score[own]
    at = np.where(ties | (at == -1), table.top, at)
    against = np.flatnonzero(at != table.top)
    if len(against) == len(at) and origin.whole:
        what = f"{len(at):,} of {len(at):,} rows: {TOP} is not the largest score, such as "
        what += f"{quoted(said[0])} where {quoted(table.labels[table.top[0]])} is"
        help_ = f"if {TOP} has other names, map them; if it is right, the scores are not: drop them"
        raise InputError(what, where=origin.place(first), help=help_)
    return at if len(against) else None

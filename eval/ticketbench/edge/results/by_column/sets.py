"""The predictions of one rubric set in a table by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.types import BoolArray, Failure, FloatArray
from ticketbench.edge.results.by_column.clean import Clean, Unusual
from ticketbench.edge.results.forms.labels import Settled, gold_against
from ticketbench.edge.results.forms.origin import Origin
from ticketbench.edge.results.rows import Predictions, Said, chosen_set, is_ours, made, ordered
from ticketbench.edge.results.top_label import TOP, Answers, failure


def of_clean(table: Clean, origin: Origin, rubric_set: str | None) -> Predictions | None:
    """The predictions of one rubric set, as `of_set` makes them of rows; None where anything is
    unusual, or wrong.
    """
    try:
        return _of_set(table, origin, rubric_set)
    except (Unusual, InputError):
        return None


def _of_set(table: Clean, origin: Origin, wanted: str | None) -> Predictions:
    name, table = _only(table, origin, wanted)
    given = ~np.isnan(table.shares)
    used: BoolArray = np.any(given, axis=0)
    answered: BoolArray = np.any(given, axis=1)
    if used.sum() < 2 or not (given.sum(axis=1)[answered] == used.sum()).all():
        raise Unusual
    names = list(compress(table.labels, used))
    labels = ordered(names, _before(table, names) if origin.whole else {})
    settled = _settled(table, labels, origin)
    gold = table.texts["label"]
    if settled.names:
        gold = [settled.names.get(label, label) for label in gold]
    tops = table.texts.get(TOP, ())
    if "" in set(gold) or len(set(table.tickets)) < len(gold):
        raise Unusual
    columns = [table.labels.index(label) for label in labels]
    scores = _part(table.shares, answered, columns)
    answers = Answers(labels, answered, _failures(table, answered), scores)
    said = Said(tuple(table.tickets), table.tickets, gold, tops, table.texts.get("group_id", ()))
    found = made(said, answers, origin, name)
    notes = (*table.notes, *settled.notes)
    return replace(found, notes=notes, unscored=settled.unscored)


def _only(table: Clean, origin: Origin, wanted: str | None) -> tuple[str, Clean]:
    """The name of the set that is asked for, and its rows."""
    of_row = table.texts.get("rubric_set", ())
    own = chosen_set(of_row or ("",), origin, wanted)
    name = own or origin.rubric_set
    if len(set(of_row)) < 2:
        return name, table
    keep = [one == own for one in of_row]
    number = {i: j for j, i in enumerate(compress(range(len(keep)), keep))}
    kept = Clean(
        columns=table.columns,
        tickets=list(compress(table.tickets, keep)),
        texts={column: list(compress(texts, keep)) for column, texts in table.texts.items()},
        shares=table.shares[keep],
        ties=[(number[i], top, other) for i, top, other in table.ties if i in number],
        notes=table.notes,
    )
    return name, kept


def _before(table: Clean, labels: Sequence[str]) -> dict[str, set[str]]:
    """The top labels that each label ties with."""
    before: dict[str, set[str]] = {label: set() for label in labels}
    for _, top, other in table.ties:
        if other in before:
            before[other].add(top)
    return before


def _settled(table: Clean, labels: Sequence[str], origin: Origin) -> Settled:
    if is_ours(table.columns):
        return Settled()
    tops = table.texts.get(TOP, ())
    found = gold_against(labels, table.texts["label"], tops, origin)
    if found.names and tops:
        raise Unusual
    return found


def _failures(table: Clean, answered: BoolArray) -> list[Failure]:
    """The tickets without an answer. One that names a top label all the same is unusual."""
    rows = np.flatnonzero(~answered).tolist()
    tops, kinds = table.texts.get(TOP, ()), table.texts.get("failure", ())
    if tops and any(tops[i] for i in rows):
        raise Unusual
    return [failure(table.tickets[i], kinds[i] if kinds else "") for i in rows]


def _part(shares: FloatArray, rows: BoolArray, columns: Sequence[int]) -> FloatArray:
    """The same array where that is all of it: of a million rows a copy counts."""
    if columns != list(range(shares.shape[1])):
        shares = shares[:, columns]
    return shares if rows.all() else shares[rows]

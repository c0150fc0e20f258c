"""Are these the same tickets, and what do two tables have in common: answers, labels, scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from heapq import nsmallest

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import clipped
from ticketbench.core.types import ScoreTable, least_known

Tables = tuple[ScoreTable, ScoreTable]

MOST_NAMES = 3
"""Answers of one side alone that are named."""


@dataclass(frozen=True, slots=True)
class Alone:
    """How many answers one side alone has, and the names of the first ones."""

    n: int
    first: tuple[str, ...]


def different(names: tuple[str, str], why: str, help_: str) -> InputError:
    """The error that two sides, called by `names`, cannot be compared, as `why` says."""
    what = f"{clipped(names[0])} and {clipped(names[1])} come from different datasets"
    return InputError(f"{what}: {why}", help=help_)


def same_tickets(tables: Tables, names: tuple[str, str]) -> Tables:
    """`tables`; InputError with counts where one has answers that the other lacks."""
    _refuse_one_sided_repeats(tables, names)
    a, b = (_every(table) for table in tables)
    if a.keys() == b.keys():
        return tables
    raise other_tickets(len(a.keys() & b.keys()), _alone(tables), names, word=_word(tables))


def other_tickets(
    both: int, alone: tuple[Alone, Alone], names: tuple[str, str], *, word: str = "ticket"
) -> InputError:
    """The error that one side at least has answers which the other lacks."""
    told = f"{both:,} {word}{'s' * (both != 1)} in both, {alone_text(alone, names)}"
    if not both:
        return different(names, told, f"compare on the same {word}s; here not one is in both")
    return different(names, told, f"--common compares on the {word}s in both")


def only_in_one(tables: Tables, names: tuple[str, str]) -> str:
    """What `alone_text` says of two tables."""
    return alone_text(_alone(tables), names)


def alone_text(alone: tuple[Alone, Alone], names: tuple[str, str]) -> str:
    """Such as "5 only in all-60 (1008, 1016, 1026, ...)", of both sides; empty where none is."""
    return ", ".join(
        f"{of.n:,} only in {clipped(name)} ({_named(of)})"
        for name, of in zip(names, alone, strict=True)
        if of.n
    )


def in_common(tables: Tables, names: tuple[str, str]) -> Tables:
    """Both tables on the answers that both have, failed ones too; InputError where none is."""
    _refuse_one_sided_repeats(tables, names)
    a, b = (_every(table) for table in tables)
    if a.keys() == b.keys():
        return tables
    if not a.keys() & b.keys():
        same_tickets(tables, names)
    return _only(tables[0], b), _only(tables[1], a)


def left_in(given: Tables, kept: Tables) -> int:
    """How many answers both have, where `given` have others than were `kept`; else 0."""
    n = kept[0].n_requested
    return 0 if all(table.n_requested == n for table in given) else n


def alike(tables: Tables) -> Tables:
    """Both with what is known of both alone, and over the same labels where one says only those
    that it answers with.
    """
    a, b = tables
    known = least_known(a.known, b.known)
    labels = dict.fromkeys(label for t in tables if t.complete for label in t.labels)
    labels |= dict.fromkeys(label for t in tables for label in t.labels)
    found = [t if t.complete else over(t, tuple(labels)) for t in tables]
    return found[0].reduced(known), found[1].reduced(known)


def over(table: ScoreTable, labels: tuple[str, ...]) -> ScoreTable:
    """The same answers over `labels`, among which are those of the table: none has the others."""
    gold = (*labels, *(label for label in table.gold_labels if label not in labels))
    if (labels, gold) == (table.labels, table.gold_labels):
        return table
    scores = np.zeros((table.n_scored, len(labels)))
    scores[:, [labels.index(label) for label in table.labels]] = table.scores
    at = np.array([*(gold.index(label) for label in table.gold_labels), -1], dtype=np.int64)
    return replace(
        table,
        labels=labels,
        gold_labels=gold,
        scores=scores,
        truth=at[table.truth],
        stated=None,
        wanted=None,
    )


def _every(table: ScoreTable) -> dict[str, None]:
    """The answers that were asked for, in order."""
    return dict.fromkeys((*table.ids, *(failure.ticket_id for failure in table.failures)))


def _alone(tables: Tables) -> tuple[Alone, Alone]:
    a, b = (_every(table) for table in tables)
    left = _without(a, b), _without(b, a)
    first, second = (Alone(len(ids), tuple(nsmallest(MOST_NAMES, ids))) for ids in left)
    return first, second


def _without(own: dict[str, None], other: dict[str, None]) -> dict[str, None]:
    return {one: None for one in own if one not in other}


def _only(table: ScoreTable, other: dict[str, None]) -> ScoreTable:
    rows = table.rows(np.array([one in other for one in table.ids], dtype=np.bool_))
    failures = tuple(one for one in table.failures if one.ticket_id in other)
    return replace(rows, failures=failures)


def _word(tables: Tables) -> str:
    return "ticket" if tables[0].repeats is None else "answer"


def _named(of: Alone) -> str:
    shown = ", ".join(map(clipped, of.first))
    return f"{shown}, ..." if of.n > len(of.first) else shown


def _refuse_one_sided_repeats(tables: Tables, names: tuple[str, str]) -> None:
    repeated = [table.repeats is not None for table in tables]
    if repeated[0] != repeated[1]:
        many, one = names if repeated[0] else names[::-1]
        what = f"{clipped(many)} has several answers a ticket, and {clipped(one)} has one"
        help_ = "answers are paired by ticket and repeat: give repeats on both sides, or one each"
        raise InputError(what, help=help_)

"""Tickets that were asked more than once: each repeat on its own, and whose label changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import NONE, Estimate, ScoreTable
from ticketbench.measure.statistics import intervals


@dataclass(frozen=True, slots=True)
class RepeatResult:
    """One repeat over its tickets whose gold is a label: how many are right, as a share of them."""

    name: str
    n: int
    right: int
    accuracy: Estimate


@dataclass(frozen=True, slots=True)
class Repeats:
    """Answers of tickets that were asked more than once.

    n_answers, n_tickets  of these, with an answer
    fewest, most          answers a ticket; not the same where some repeats lack tickets
    changed               share of the tickets with two answers or more that have two top labels
    each                  every repeat, in order of their names, numbers as numbers
    """

    n_answers: int
    n_tickets: int
    fewest: int
    most: int
    changed: Estimate
    each: tuple[RepeatResult, ...]


def by_repeat(table: ScoreTable) -> Repeats | None:
    """Each repeat of `table`, with 95 % intervals on its groups; None where it has no repeats."""
    if table.repeats is None:
        return None
    names = np.array([one.name for one in table.repeats], dtype=object)
    number = {t: i for i, t in enumerate(dict.fromkeys(one.ticket for one in table.repeats))}
    ticket = np.array([number[one.ticket] for one in table.repeats], dtype=np.int64)
    answers = np.bincount(ticket, minlength=len(number))
    return Repeats(
        n_answers=table.n_scored,
        n_tickets=len(number),
        fewest=int(answers.min(initial=table.n_scored)),
        most=int(answers.max(initial=0)),
        changed=_changed(table, ticket, answers >= 2),
        each=tuple(_result(name, table.rows(names == name)) for name in in_order(names.tolist())),
    )


def in_order(names: list[str]) -> list[str]:
    """Each name once, whole numbers by their size and before all others."""
    known = Counter(names)
    return sorted(known, key=lambda x: (0, int(x), x) if x.isdecimal() else (1, 0, x))


def _result(name: str, own: ScoreTable) -> RepeatResult:
    own = own.rows(own.truth != NONE)
    right = int(own.right.sum())
    return RepeatResult(name, own.n_scored, right, intervals.share(own.right, own.groups))


def _changed(table: ScoreTable, ticket: np.ndarray, several: np.ndarray) -> Estimate:
    """Over tickets with two answers or more; a ticket is in the group of its first answer."""
    pairs = np.unique(np.stack([ticket, table.top], axis=1), axis=0)
    labels = np.bincount(pairs[:, 0], minlength=len(several))
    _, first = np.unique(ticket, return_index=True)
    return intervals.share((labels > 1)[several], table.groups[first][several])

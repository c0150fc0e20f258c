"""The tickets of both sides whose hashes lie in one range: brought together, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import numpy as np

from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import (
    NONE,
    BoolArray,
    Failure,
    FailureKind,
    IntArray,
    Provenance,
    ScoreTable,
)
from ticketbench.edge.parts.buckets import Rows, Written, read_rows
from ticketbench.edge.results.rows import gold_labels
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.parts.ids import stands_twice
from ticketbench.flow.parts.pairs.alike import Alike, OneSided, OtherGold
from ticketbench.flow.parts.pairs.spread import KINDS
from ticketbench.measure.counts.confusion import (
    ConfusionMatrix,
    both_confusions,
    top_label_confusion,
)
from ticketbench.measure.pairs.common_tickets import MOST_NAMES
from ticketbench.measure.pairs.pairing import rows_in_common
from ticketbench.measure.parts.pairs.joint import Joint, joint_statistics, merge_joint

Failed = tuple[tuple[FailureKind, int], ...]
"""Tickets without an answer by kind, sorted."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a part has in one range: where it lies, and its gold labels by their number there."""

    part: Path
    rows: Written
    gold: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Half:
    """One side in one range, under the name and the labels of all of it."""

    name: str
    labels: tuple[str, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class JoinTask:
    """A range of hashes; with `common`, of the tickets that both sides have alone."""

    halves: tuple[Half, Half]
    policy: Policy
    seed: int
    common: bool

    @property
    def part(self) -> Path:
        """One of the files that are read."""
        return self.halves[0].shares[0].rows.file

    def resolved(self) -> JoinTask:
        """The same: its files have whole names."""
        return self


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """What the tickets of a range say, or those of several.

    confusion  gold by top label of the answers of each side, and what has none by kind
    """

    joint: Joint
    confusion: tuple[ConfusionMatrix, ConfusionMatrix]
    failed: tuple[Failed, Failed]
    alike: Alike


def join(task: JoinTask) -> Joined:
    """Bring both sides of a range together, and count.

    Raises InputError for a ticket that stands twice on a side, with its parts.
    """
    sums_in_one_order()
    a, b = (_Tickets.of(half) for half in task.halves)
    first, second = rows_in_common(a.rows.ids, b.rows.ids)
    alike = _alike(a, b, first, second)
    if task.common and not len(first) == len(a.rows.ids) == len(b.rows.ids):
        a, b = a.only(first), b.only(second)
    sides = (a, task.halves[0]), (b, task.halves[1])
    base, candidate = (tickets.table(half) for tickets, half in sides)
    return Joined(
        joint=joint_statistics(base, candidate, task.policy, seed=task.seed, groups=a.groups()),
        confusion=(top_label_confusion(base), top_label_confusion(candidate)),
        failed=(_failed(base), _failed(candidate)),
        alike=alike,
    )


def together(one: Joined, other: Joined) -> Joined:
    """Both ranges as one, in any order."""
    (a, b), (c, d) = one.confusion, other.confusion
    (e, f), (g, h) = one.failed, other.failed
    return Joined(
        joint=merge_joint(one.joint, other.joint),
        confusion=(both_confusions(a, c), both_confusions(b, d)),
        failed=(_both_failed(e, g), _both_failed(f, h)),
        alike=one.alike + other.alike,
    )


def _failed(table: ScoreTable) -> Failed:
    return tuple(sorted(Counter(failure.kind for failure in table.failures).items()))


def _both_failed(one: Failed, other: Failed) -> Failed:
    return tuple(sorted((Counter(dict(one)) + Counter(dict(other))).items()))


@dataclass(frozen=True, slots=True, eq=False)
class _Tickets:
    """The tickets of one side in a range, in order of their keys.

    gold   the gold labels, `__none__` last: rows number them so, NONE is the last one
    parts  the part of each ticket, by its number in `files`
    """

    rows: Rows
    gold: tuple[str, ...]
    parts: IntArray
    files: tuple[Path, ...]

    @classmethod
    def of(cls, half: Half) -> _Tickets:
        """Raises InputError for a ticket that stands twice."""
        names = gold_labels(half.labels, (name for share in half.shares for name in share.gold))
        each = [_renumbered(share, names, n_labels=len(half.labels)) for share in half.shares]
        parts = np.repeat(np.arange(len(each)), [len(rows.ids) for rows in each])
        every = _all(each)
        order = np.argsort(every.keys, kind="stable")
        files = tuple(share.part for share in half.shares)
        found = cls(_taken(every, order), (*names, NONE_LABEL), parts[order], files)
        found.refuse_doubled()
        return found

    def refuse_doubled(self) -> None:
        """Raise InputError where a ticket stands twice, in one part or in two."""
        keys = self.rows.keys
        shared = np.isin(keys, keys[1:][keys[1:] == keys[:-1]])
        first: dict[str, int] = {}
        for row in np.flatnonzero(shared).tolist():
            ticket = self.rows.ids[row]
            if ticket in first:
                raise stands_twice(ticket, self.part(first[ticket]), self.part(row))
            first[ticket] = row

    def part(self, row: int) -> Path:
        """The part of a ticket."""
        return self.files[int(self.parts[row])]

    def only(self, rows: IntArray) -> _Tickets:
        """The tickets at these rows."""
        return replace(self, rows=_taken(self.rows, rows), parts=self.parts[rows])

    @property
    def answered(self) -> BoolArray:
        """Which tickets have an answer."""
        return np.asarray(self.rows.failure == 0)

    def groups(self) -> list[str | None] | None:
        """The group of each answer by name; None where no ticket has one."""
        if not any(self.rows.groups):
            return None
        return [name or None for name in compress(self.rows.groups, self.answered)]

    def table(self, half: Half) -> ScoreTable:
        """The answers, each in a group of its own; and the tickets that have none."""
        rows, answered = self.rows, self.answered
        n = int(answered.sum())
        failures = [
            Failure(rows.ids[row], KINDS[rows.failure[row] - 1])
            for row in np.flatnonzero(~answered).tolist()
        ]
        return ScoreTable(
            labels=half.labels,
            gold_labels=self.gold[:-1],
            ids=tuple(rows.ids if n == len(rows.ids) else compress(rows.ids, answered)),
            truth=rows.gold[answered],
            groups=np.arange(n),
            scores=rows.scores[answered],
            wanted=None,
            failures=tuple(failures),
            provenance=Provenance("", "", half.name, "", "table"),
        )


def _renumbered(share: Share, names: Sequence[str], *, n_labels: int) -> Rows:
    """The rows of a part, whose gold labels are numbered as they stand in `names`."""
    rows, number = read_rows(share.rows, n_labels=n_labels), {x: i for i, x in enumerate(names)}
    gold = np.array([*(number[name] for name in share.gold), NONE], dtype=np.int64)
    return replace(rows, gold=gold[rows.gold])


def _all(each: Sequence[Rows]) -> Rows:
    return Rows(
        keys=np.concatenate([rows.keys for rows in each]),
        ids=[name for rows in each for name in rows.ids],
        groups=[name for rows in each for name in rows.groups],
        gold=np.concatenate([rows.gold for rows in each]),
        failure=np.concatenate([rows.failure for rows in each]),
        scores=np.concatenate([rows.scores for rows in each]),
    )


def _taken(rows: Rows, at: IntArray) -> Rows:
    return Rows(
        keys=rows.keys[at],
        ids=[rows.ids[row] for row in at.tolist()],
        groups=[rows.groups[row] for row in at.tolist()],
        gold=rows.gold[at],
        failure=rows.failure[at],
        scores=rows.scores[at],
    )


def _alike(a: _Tickets, b: _Tickets, first: IntArray, second: IntArray) -> Alike:
    """How far both have the same tickets, which stand at `first` and at `second`."""
    names = sorted({*a.gold, *b.gold})
    own, of_other = (
        np.array([names.index(name) for name in side.gold], dtype=np.int64)[side.rows.gold[at]]
        for side, at in ((a, first), (b, second))
    )
    scored = a.answered[first] & b.answered[second]
    others = np.flatnonzero(scored & (own != of_other)).tolist()
    pairs = ((int(first[i]), int(second[i])) for i in others)
    one = min(pairs, key=lambda pair: a.rows.ids[pair[0]], default=None)
    return Alike(
        both=len(first),
        alone=(_one_sided(a, first), _one_sided(b, second)),
        n_other=len(others),
        other=None if one is None else _other_gold(a, b, *one),
    )


def _other_gold(a: _Tickets, b: _Tickets, row: int, of_b: int) -> OtherGold:
    return OtherGold(
        ticket=a.rows.ids[row],
        parts=(str(a.part(row)), str(b.part(of_b))),
        gold=(a.gold[a.rows.gold[row]], b.gold[b.rows.gold[of_b]]),
    )


def _one_sided(side: _Tickets, in_both: IntArray) -> OneSided:
    left = np.ones(len(side.rows.ids), dtype=np.bool_)
    left[in_both] = False
    at = sorted(np.flatnonzero(left).tolist(), key=side.rows.ids.__getitem__)
    first = tuple((side.rows.ids[row], str(side.part(row))) for row in at[:MOST_NAMES])
    return OneSided(len(at), first)

"""Score tables that are cut into parts, as a reader of parts would give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from tables import table
from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import NONE_LABEL
from ticketbench.core.types import Failure, FailureKind, IntArray, ScoreTable
from ticketbench.measure.parts.statistics import Statistics, merge, part_statistics

Names = Sequence[str | None] | None
KINDS: tuple[FailureKind, ...] = ("http", "miss", "refused")


@dataclass(frozen=True)
class Whole:
    """A table and the names of the groups of its tickets; None: there is no such column."""

    table: ScoreTable
    groups: Names

    def statistics(self, policy: Policy, *, seed: int = 0) -> Statistics:
        """Counted as a single part."""
        return part_statistics(self.table, policy, seed=seed, groups=self.groups)

    def part(self, rows: IntArray, failures: Sequence[Failure] = ()) -> Whole:
        """Some of its tickets, with no other labels outside of the set than they list."""
        k, own = len(self.table.labels), self.table.rows(rows)
        listed = set() if own.wanted is None else set(np.flatnonzero(own.wanted.any(axis=0)))
        seen = sorted((listed | {*own.truth.tolist()}) - {*range(-1, k)}, reverse=True)
        number = np.arange(-1, len(own.gold_labels))
        number[1:][seen] = k + np.arange(len(seen))
        truth = number[own.truth + 1]
        names = (*own.labels, *(own.gold_labels[at] for at in seen))
        wanted = own.wanted
        if wanted is not None:
            wanted = wanted[:, [*range(k), *seen]]
            # A part in which no ticket lists another label than its own says nothing of others.
            own_label = truth[:, None] == np.arange(wanted.shape[1])
            wanted = wanted if (wanted & ~own_label).any() else None
        found = replace(
            own,
            gold_labels=names,
            truth=truth,
            wanted=wanted,
            failures=tuple(failures),
        )
        groups = None if self.groups is None else [self.groups[at] for at in rows]
        return Whole(found, groups)

    def parts(self, of_row: IntArray, n: int) -> list[Whole]:
        """Cut into n parts, some perhaps empty, by the number of each row; failures in turn."""
        failed = self.table.failures
        return [self.part(np.flatnonzero(of_row == i), failed[i::n]) for i in range(n)]


def merged(parts: Sequence[Statistics]) -> Statistics:
    """All as one."""
    return reduce(merge, parts)


def random_whole(
    n: int,
    *,
    k: int = 3,
    seed: int = 0,
    n_groups: int | None = None,
    decimals: int = 3,
    wanted: bool = False,
    n_failed: int = 4,
) -> Whole:
    """Tickets with scores of few decimals, some without a fitting label, some of a label that the
    set lacks; a third of those in groups stands alone.
    """
    rng = np.random.default_rng(seed)
    odds = np.exp(1.5 * rng.normal(size=(n, k)))
    scores = (odds / odds.sum(axis=1, keepdims=True)).round(decimals)
    labels = [f"l{i}" for i in range(k)]
    names = np.array([*labels, "x", "y", NONE_LABEL])
    likely = np.concatenate([scores + 0.02, np.full((n, 3), 0.03)], axis=1)
    of = (likely.cumsum(axis=1) > likely.sum(axis=1)[:, None] * rng.random((n, 1))).argmax(axis=1)
    gold = names[of].tolist()
    fits = [[g, *(rng.choice(labels, 1) if i % 3 else ())] for i, g in enumerate(gold)]
    failures = [Failure(f"f{i}", KINDS[i % 3]) for i in range(n_failed)]
    tied = None if n_groups is None else _groups(rng, n, n_groups)
    numbers = None if tied is None else [1000 + i if t is None else t for i, t in enumerate(tied)]
    found = table(
        scores.tolist(),
        gold,
        labels=labels,
        groups=numbers,
        failures=failures,
        wanted=fits if wanted and any({*of} > {of[0]} for of in fits) else None,
    )
    named = None if tied is None else [None if t is None else f"g{t}" for t in tied]
    return Whole(found, named)


def _groups(rng: np.random.Generator, n: int, n_groups: int) -> list[int | None]:
    return [None if alone else g for g, alone in zip(
        rng.integers(0, n_groups, n).tolist(), (rng.random(n) < 1 / 3).tolist(), strict=True
    )]  # fmt: skip


def assert_identical(one: Any, other: Any, where: str = "") -> None:
    """Whether two values of arrays, numbers and names are the same to the bit."""
    assert type(one) is type(other), where
    if is_dataclass(one):
        for each in fields(one):
            name = each.name
            assert_identical(getattr(one, name), getattr(other, name), f"{where}.{name}")
    elif isinstance(one, tuple):
        assert len(one) == len(other), where
        for at, pair in enumerate(zip(one, other, strict=True)):
            assert_identical(*pair, f"{where}[{at}]")
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype, where
        np.testing.assert_array_equal(one, other, where)
    else:
        assert one == other, where

"""What all parts of two tables say together: each is read once, then ranges of hashes joined."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path
from typing import TypeVar

from ticketbench.core.errors import InputError
from ticketbench.core.policy import Policy
from ticketbench.core.quotes import listed
from ticketbench.edge.files.atomic import not_written
from ticketbench.edge.parts.buckets import N_BUCKETS
from ticketbench.edge.parts.scores import Asked, Head
from ticketbench.edge.results.forms.labels import without_scores
from ticketbench.edge.results.forms.options import HEAD
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.pairs.join import Half, Joined, JoinTask, Share, join, together
from ticketbench.flow.parts.pairs.side import PartsSide
from ticketbench.flow.parts.pairs.spread import Spread, SpreadTask, spread_part
from ticketbench.flow.parts.which_engine import engine_of
from ticketbench.flow.parts.whole import each_once, refuse_no_gold, refuse_other_tops
from ticketbench.measure.parts.pairs.contradictions import Contradictions

AT_ONCE = 1 << 25
"""Bytes of both sides that are joined at a time: about 200,000 tickets with six labels."""

_Found = TypeVar("_Found")

Told = Callable[[int, int], None]
"""Hears how many of how many tasks are done."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How both tables are compared.

    common   only on the tickets that both have
    scratch  the folder in which tickets meet, which every worker sees; None: that of the system
    at_once  bytes that are joined at a time
    """

    policy: Policy
    seed: int
    common: bool = False
    scratch: Path | None = None
    at_once: int = AT_ONCE


@dataclass(frozen=True, slots=True)
class SideOfAll:
    """What all parts of a side say.

    unscored  that gold labels have no scores, as a sentence; empty for none
    notes     what was decided in reading parts, each with one that it is of: other parts, others
    """

    name: str
    contradictions: Contradictions
    unscored: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class WholePair:
    """All parts of both sides, the same in whatever order they come."""

    sides: tuple[SideOfAll, SideOfAll]
    joined: Joined


def whole_pair(
    sides: tuple[PartsSide, PartsSide],
    asking: Asking,
    where: Where,
    *,
    told: Callable[[str], Told],
) -> WholePair:
    """Count both sides together, wherever that is done; `told` makes who hears of a stage.

    Raises InputError that names the part for what is wrong in one, where both have other labels,
    and for a ticket that stands twice on a side.
    """
    count = engine_of(where)
    heads = sides[0].head(), sides[1].head()
    _refuse_other_labels(sides, heads)
    with _folder(asking.scratch, where) as folder:
        tasks = list(_tasks(sides, heads, folder))
        spread = tuple(_heard(count(spread_part, tasks, where), len(tasks), told("reading parts")))
        own = [sorted((one for one in spread if one.side == i), key=_by_file) for i in (0, 1)]
        first, second = (
            _of_all(side, head, of) for side, head, of in zip(sides, heads, own, strict=True)
        )
        if first.name == second.name:
            first, second = (
                replace(of, name=side.text) for of, side in zip((first, second), sides, strict=True)
            )
        joins = list(_joins(own, (first.name, second.name), heads, asking))
        found = _heard(count(join, joins, where), len(joins), told("comparing tickets"))
        joined = reduce(together, found)
    return WholePair((first, second), joined)


def _refuse_other_labels(sides: Sequence[PartsSide], heads: tuple[Head, Head]) -> None:
    a, b = (set(head.labels) for head in heads)
    if a == b:
        return
    told = [
        f"{side.text} alone has {listed(sorted(own - other))}"
        for side, own, other in zip(sides, (a, b), (b, a), strict=True)
        if own - other
    ]
    what = f"the labels differ, and parts are compared on the same ones: {', '.join(told)}"
    raise InputError(what, help="name them alike: --labels OLD=NEW; or give one file a side")


@contextmanager
def _folder(scratch: Path | None, where: Where) -> Iterator[Path]:
    """A folder of its own for files that last as long as the comparison."""
    if scratch is None and where.scheduler is not None:
        what = "workers of a scheduler need a folder in which the tickets of both sides meet"
        raise InputError(what, help="name one that all of them see: --scratch FOLDER")
    if scratch is not None and not scratch.is_dir():
        raise InputError(f"no such folder: {scratch}", help="--scratch names one that is there")
    own = Path(tempfile.gettempdir()) if scratch is None else scratch.resolve()
    try:
        folder = tempfile.TemporaryDirectory(prefix=".ticketbench-", dir=own)
    except OSError as error:
        raise not_written(own, error, "name another folder: --scratch FOLDER") from None
    with folder as name:
        yield Path(name)


def _tasks(sides: Sequence[PartsSide], heads: Sequence[Head], folder: Path) -> Iterator[SpreadTask]:
    for i, (side, head) in enumerate(zip(sides, heads, strict=True)):
        for j, part in enumerate(side.parts.files):
            yield SpreadTask(i, part, side.asked, head, folder / f"{i}-{j:06}")


def _heard(found: Iterable[_Found], n: int, told: Told) -> Iterator[_Found]:
    for done, one in enumerate(found, start=1):
        told(done, n)
        yield one


def _by_file(of: Spread) -> Path:
    return of.rows.file


def _of_all(side: PartsSide, head: Head, parts: Sequence[Spread]) -> SideOfAll:
    """What its parts say, and what only all of them can show to be wrong."""
    asked = side.asked
    asked.refuse_sets(frozenset[str]().union(*(one.sets for one in parts)))
    counts = Counter[str]()
    for one in parts:
        counts.update(dict(zip(one.gold, one.n_gold, strict=True)))
    outside = sorted(name for name, n in counts.items() if n and name not in head.labels)
    if not any(counts[label] for label in head.labels):
        refuse_no_gold(outside, head)
    told = reduce(add, (one.contradictions for one in parts))
    refuse_other_tops(told.n_otherwise, told.n)
    notes = each_once({one.part: one.notes for one in parts})
    called = next(one.called for one in parts if one.called)
    return SideOfAll(called, told, _unscored(asked, counts, outside, head), tuple(notes))


def _unscored(asked: Asked, counts: Counter[str], outside: Sequence[str], head: Head) -> str:
    """In what a run left such labels are meant."""
    if not outside or head.columns.issuperset(HEAD):
        return ""
    origin = asked.origin(Path(asked.name))
    return f"{asked.name}: {without_scores(counts, outside, origin)}"


def _joins(
    parts: Sequence[Sequence[Spread]],
    names: tuple[str, str],
    heads: tuple[Head, Head],
    asking: Asking,
) -> Iterator[JoinTask]:
    for buckets in _ranges([one for own in parts for one in own], asking.at_once):
        first, second = (
            Half(
                name=name,
                labels=head.labels,
                shares=tuple(Share(one.part, one.rows.only(buckets), one.gold) for one in own),
            )
            for own, name, head in zip(parts, names, heads, strict=True)
        )
        yield JoinTask((first, second), asking.policy, asking.seed, asking.common)


def _ranges(parts: Sequence[Spread], at_once: int) -> Iterator[range]:
    """Neighbouring buckets that have so many bytes together at most, or are one alone."""
    start, n = 0, 0
    for bucket in range(N_BUCKETS):
        own = sum(one.rows.n_bytes(bucket) for one in parts)
        if n and n + own > at_once:
            yield range(start, bucket)
            start, n = bucket, 0
        n += own
    yield range(start, N_BUCKETS)

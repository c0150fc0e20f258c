"""Which tickets the parts hold, without their ids: whether one stands twice, and what they are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from ticketbench.core.errors import InputError
from ticketbench.core.quotes import quoted
from ticketbench.core.rubrics import fingerprint
from ticketbench.core.types import IntArray, Ticket
from ticketbench.measure.parts.keys import keys

_WORD = 1 << 64
_NOTHING = (0, 0, 0, 0)
_AT_ONCE = 10_000

IdsOf = Callable[[Path], Iterator[str]]
"""Reads the ids of a part again."""


@dataclass(frozen=True, slots=True)
class TicketSum:
    """The sum of the SHA-256 of every ticket, in four words of 64 bits.

    The same for any order and any parts, another one with any other ticket: it tells data apart by
    mistake, not from those of somebody who wants them to look alike.
    """

    words: tuple[int, ...] = _NOTHING

    def __add__(self, other: TicketSum) -> TicketSum:
        """Of both together."""
        pairs = zip(self.words, other.words, strict=True)
        return TicketSum(tuple((one + more) % _WORD for one, more in pairs))

    @property
    def fingerprint(self) -> str:
        """As hex, such as datasets have."""
        return fingerprint([f"{word:016x}" for word in self.words])


def sum_of(ids: Sequence[str], labels: Sequence[str]) -> TicketSum:
    """That of these tickets, of which no more than id and gold label is known; of none: zero."""
    pairs = zip(ids, labels, strict=True)
    return _sum(hashlib.sha256(f"{len(i)}:{i}{label}".encode()).digest() for i, label in pairs)


def sum_of_tickets(tickets: Sequence[Ticket]) -> TicketSum:
    """That of whole tickets, their texts among it."""
    return _sum(bytes.fromhex(fingerprint(ticket.canonical())) for ticket in tickets)


def _sum(digests: Iterable[bytes]) -> TicketSum:
    words = np.frombuffer(b"".join(digests), dtype=">u8").reshape(-1, 4)
    return TicketSum(tuple(words.astype(np.uint64).sum(axis=0, dtype=np.uint64).tolist()))


def keys_of(ids: Sequence[str]) -> IntArray:
    """The key of each ticket; two tickets may share one, one ticket has one everywhere."""
    return keys(ids)


def refuse_doubled(of_part: Mapping[Path, IntArray], ids_of: IdsOf) -> None:
    """Raise InputError where a ticket stands twice, in one part or in two, with both and its id.

    `of_part` are ascending keys, which alone decide for nearly all: where two tickets have one key
    the ids are read again by `ids_of`, so no ticket is refused for the key of another.
    """
    shared = _shared(list(of_part.values()))
    if not len(shared):
        return
    first: dict[str, Path] = {}
    for part, own in sorted(of_part.items()):
        if not np.isin(shared, own, assume_unique=True).any():
            continue
        for name in _of_keys(ids_of(part), frozenset(shared.tolist())):
            if name in first:
                raise stands_twice(name, first[name], part)
            first[name] = part


def _shared(of_part: Sequence[IntArray]) -> IntArray:
    """The keys that stand more than once, each once."""
    if not of_part:
        return keys_of(())
    every = np.concatenate(of_part)
    every.sort()
    return np.unique(every[1:][every[1:] == every[:-1]])


def _of_keys(ids: Iterator[str], wanted: frozenset[int]) -> Iterator[str]:
    while some := list(islice(ids, _AT_ONCE)):
        known = zip(some, keys_of(some).tolist(), strict=True)
        yield from (name for name, key in known if key in wanted)


def stands_twice(name: str, one: Path, other: Path) -> InputError:
    """The error that a ticket stands in both parts, which may be one."""
    where = f"twice in the part {one}" if one == other else f"in two parts, {one} and {other}"
    return InputError(f"the ticket {quoted(name)} stands {where}", help="keep one row a ticket")

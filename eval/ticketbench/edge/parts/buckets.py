"""Tickets of two sides brought together: each file of rows lies in order of the hash of the ids.

A part may be read anywhere, so each makes a file of its own; the tickets of one range of hashes,
a bucket or several, are then read from every file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from ticketbench.core.types import FloatArray, IntArray

N_BUCKETS = 256
"""So many that one of them holds a four thousandth of 10^9 tickets, or 4 million."""

_KEY_BITS = 63

_TEXTS = tuple[bytes, list[str], list[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Tickets with and without an answer.

    keys     the hash of each id, 0 to below 2^63
    ids      and groups: names, the groups empty where a ticket has none
    gold     a number for each gold label, as the caller numbers them
    failure  0 for an answer, else a number for why there is none
    scores   n x K; what they are where there is no answer does not matter
    """

    keys: IntArray
    ids: Sequence[str]
    groups: Sequence[str]
    gold: IntArray
    failure: IntArray
    scores: FloatArray


@dataclass(frozen=True, slots=True)
class Written:
    """A file of rows, and where in it each bucket begins and ends, batch by batch."""

    file: Path
    ends: tuple[tuple[int, ...], ...]

    def n_bytes(self, bucket: int) -> int:
        """How many bytes a bucket takes in the file."""
        return sum(ends[bucket + 1] - ends[bucket] for ends in self.ends)

    def only(self, buckets: range) -> Written:
        """The same of no more than these buckets, which are neighbours; the first is then 0."""
        return Written(
            self.file, tuple(ends[buckets.start : buckets.stop + 1] for ends in self.ends)
        )


def write_rows(file: BinaryIO, of: Rows) -> tuple[int, ...]:
    """Append the rows, bucket by bucket; where each of these begins in the file, and the end."""
    order = np.argsort(of.keys, kind="stable")
    rows = np.empty(len(order), dtype=_row(of.scores.shape[1]))
    columns = (of.keys, of.gold, of.failure, of.scores)
    for name, column in zip(("key", "gold", "failure", "scores"), columns, strict=True):
        rows[name] = column[order]
    ids, groups = ([names[i] for i in order.tolist()] for names in (of.ids, of.groups))
    bucket = rows["key"] >> (_KEY_BITS - (N_BUCKETS - 1).bit_length())
    starts = np.searchsorted(bucket, np.arange(N_BUCKETS + 1)).tolist()
    ends = [file.tell()]
    for i, j in pairwise(starts):
        packed = msgspec.msgpack.encode((rows[i:j].tobytes(), ids[i:j], groups[i:j]))
        ends.append(ends[-1] + (file.write(packed) if i < j else 0))
    return tuple(ends)


def read_rows(of: Written, *, n_labels: int) -> Rows:
    """All rows of these buckets, with so many scores each."""
    found = [_texts(piece) for piece in _pieces(of)]
    rows = np.frombuffer(b"".join(one[0] for one in found), dtype=_row(n_labels))
    return Rows(
        keys=rows["key"],
        ids=[name for one in found for name in one[1]],
        groups=[name for one in found for name in one[2]],
        gold=rows["gold"].astype(np.int64),
        failure=rows["failure"].astype(np.int64),
        scores=rows["scores"],
    )


def _pieces(of: Written) -> Iterable[bytes]:
    with of.file.open("rb") as file:
        for ends in of.ends:
            file.seek(ends[0])
            batch = file.read(ends[-1] - ends[0])
            yield from (batch[a - ends[0] : b - ends[0]] for a, b in pairwise(ends) if a < b)


def _texts(piece: bytes) -> _TEXTS:
    return msgspec.msgpack.decode(piece, type=_TEXTS)


def _row(n_labels: int) -> np.dtype[np.void]:
    scores = ("scores", "<f8", (n_labels,))
    return np.dtype([("key", "<i8"), ("gold", "<i4"), ("failure", "<i4"), scores])

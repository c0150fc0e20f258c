"""Rows come back from their buckets as they went in, whichever buckets are read together."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ticketbench.edge.parts.buckets import N_BUCKETS, Rows, Written, read_rows, write_rows


def rows(keys: list[int], *, k: int = 2) -> Rows:
    n = len(keys)
    return Rows(
        keys=np.array(keys, dtype=np.int64),
        ids=[f"t{i}ö" for i in range(n)],
        groups=["" if i % 2 else f"g{i}" for i in range(n)],
        gold=np.arange(n) % 3 - 1,
        failure=np.arange(n) % 2,
        scores=np.arange(n * k, dtype=np.float64).reshape(n, k) / 7,
    )


def lines(of: Rows) -> list[tuple[object, ...]]:
    columns = (of.keys, of.ids, of.groups, of.gold, of.failure, of.scores.tolist())
    return sorted(tuple(map(str, line)) for line in zip(*columns, strict=True))


def written(file: Path, batches: list[Rows]) -> Written:
    with file.open("wb") as out:
        return Written(file, tuple(write_rows(out, batch) for batch in batches))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 2**63 - 1), max_size=9), max_size=3),
    st.lists(st.integers(1, N_BUCKETS - 1), max_size=3, unique=True).map(sorted),
)
def test_every_row_is_read_once_whatever_buckets_are_read_together(
    batches: list[list[int]], cuts: list[int]
) -> None:
    given_rows = [rows(keys) for keys in batches]
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder) / "rows", given_rows)
        edges = [0, *cuts, N_BUCKETS]
        found = [read_rows(file.only(range(a, b)), n_labels=2) for a, b in pairwise(edges)]
        assert sum(map(file.n_bytes, range(N_BUCKETS))) == file.file.stat().st_size
    assert sorted(line for one in found for line in lines(one)) == sorted(
        line for one in given_rows for line in lines(one)
    )
    for own, (a, b) in zip(found, pairwise(edges), strict=True):
        assert all(a <= key >> 55 < b for key in own.keys.tolist())


def test_no_rows_are_no_rows(tmp_path: Path) -> None:
    found = read_rows(written(tmp_path / "rows", []), n_labels=3)
    assert (len(found.keys), found.ids, found.scores.shape) == (0, [], (0, 3))

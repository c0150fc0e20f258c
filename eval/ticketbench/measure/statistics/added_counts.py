"""What each of very many groups adds to the counts of cells: only what is not zero is kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ticketbench.core.types import FloatArray, IntArray
from ticketbench.measure.statistics.compiled import compiled


@dataclass(frozen=True, slots=True, eq=False)
class AddedCounts:
    """U rows of counts over D cells, row by row and by cell.

    start  where the entries of each row begin, and where the last one ends (U + 1)
    cell   of each entry, ascending in a row; `count` is what it adds, above 0
    """

    n_cells: int
    start: NDArray[np.int32]
    cell: NDArray[np.int32]
    count: FloatArray

    def weighted(self, weights: FloatArray) -> FloatArray:
        """The counts (W x D) when row u is there weights[..., u] times (W x U); whole numbers up to
        2^53 are exact.
        """
        columns = np.ascontiguousarray(weights.T, dtype=np.float64)
        sparse, shape = compiled("scipy.sparse", "_sparsetools"), (self.n_cells, len(columns))
        if sparse is None:
            from scipy.sparse import csc_array

            cells = csc_array((self.count, self.cell, self.start), shape=shape)
            return np.asarray((cells @ columns).T)
        found = np.zeros(self.n_cells * len(weights))
        entries = self.start, self.cell, self.count
        sparse.csc_matvecs(*shape, len(weights), *entries, columns.ravel(), found)
        return np.ascontiguousarray(found.reshape(self.n_cells, -1).T)

    def rows(self, first: int, last: int) -> FloatArray:
        """The counts of the rows from `first` up to before `last`."""
        found = np.zeros((last - first, self.n_cells))
        begin, end = self.start[first], self.start[last]
        row = np.repeat(np.arange(last - first), np.diff(self.start[first : last + 1]))
        found[row, self.cell[begin:end]] = self.count[begin:end]
        return found


def different_rows(
    entries: IntArray, count: IntArray, often: IntArray, *, n_cells: int
) -> tuple[AddedCounts, IntArray]:
    """The different rows, ascending as rows of all their counts are, and how often each occurs.

    An entry is its row, 0 .. len(often)-1, times the cells plus its cell; those that occur several
    times are added up. `often` says how often each row occurs.
    """
    row, cell, count = _added_up(entries, count, n_cells=n_cells)
    length = np.bincount(row, minlength=len(often))
    start = np.concatenate([[0], np.cumsum(length)])
    # Of two rows the one with the earlier first cell is the larger one, then that with more in it.
    key = (n_cells - cell) * (int(count.max(initial=0)) + 1) + count
    _, first, number = np.unique(
        _places(key, start[:-1], length), return_index=True, return_inverse=True
    )
    of_row = length[first]
    ends = np.cumsum(of_row)
    entry = np.repeat(start[first] - (ends - of_row), of_row) + np.arange(int(of_row.sum()))
    kept = AddedCounts(
        n_cells,
        np.concatenate([[0], ends]).astype(np.int32),
        cell[entry].astype(np.int32),
        count[entry].astype(np.float64),
    )
    times = np.bincount(number, weights=often, minlength=len(first))
    return kept, np.rint(times).astype(np.int64)


def _added_up(
    code: IntArray, count: IntArray, *, n_cells: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Rows, cells and counts of the different codes, ascending."""
    order = np.argsort(code, kind="stable")
    code, count = code[order], count[order]
    first = np.flatnonzero(np.diff(code, prepend=-1))
    total = np.add.reduceat(count, first) if len(first) else count
    return code[first] // n_cells, code[first] % n_cells, total


def _places(key: IntArray, start: IntArray, length: IntArray) -> IntArray:
    """How many rows come before each: by the first key, of equal ones by the second, and so on; a
    row that ends comes before those that go on. Equal rows have one place.
    """
    place, tied, at = np.zeros(len(start), dtype=np.int64), np.arange(len(start)), 0
    while len(tied):
        goes_on = length[tied] > at
        own = np.zeros(len(tied), dtype=np.int64)
        own[goes_on] = key[start[tied[goes_on]] + at]
        order = np.lexsort((own, place[tied]))
        tied, own = tied[order], own[order]
        before = place[tied]
        begins = np.diff(before, prepend=-1) != 0
        new = begins | (np.diff(own, prepend=-1) != 0)
        first, n = np.flatnonzero(new), len(tied)
        block = np.maximum.accumulate(np.where(begins, np.arange(n), 0))
        place[tied] = before + np.repeat(first, np.diff(first, append=n)) - block
        several = np.repeat(np.diff(first, append=n) > 1, np.diff(first, append=n))
        tied, at = tied[several & (own > 0)], at + 1
    return place

"""Texts that stand in a file more than once: copies, copies with other labels, and leaks between
splits.

Texts and ids come as digests, so that a million of them fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ticketbench.core.types import BoolArray, IntArray

MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Texts, or ids, that have something in common: how many there are, in how many rows, and the
    places of the first rows of a few of them.
    """

    n: int
    n_rows: int
    examples: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EqualTexts:
    """What stands more than once among the rows.

    copies       texts of several tickets
    conflicts    those of them whose tickets have different labels
    leaks        texts of several splits
    one_text     ids that stand in several rows, all with one text
    disagreed    those of them whose rows have different labels
    other_texts  ids that stand in several rows with different texts
    """

    copies: Group
    conflicts: Group
    leaks: Group
    one_text: Group
    disagreed: Group
    other_texts: Group


def equal_texts(texts: IntArray, ids: IntArray, labels: IntArray, splits: IntArray) -> EqualTexts:
    """What stands more than once, by row: digests of text and id, numbers of label and split.

    0 is a text or an id that is not there, a negative number a label or a split that is not; such
    rows tell nothing about it. A row without an id is a ticket of its own. No rows: nothing.
    """
    tickets = np.where(ids == 0, -1 - np.arange(len(ids)), _numbered(ids))
    said = texts != 0
    several = _varies(texts, tickets, said)
    other_labels = several & _varies(texts, labels, said & (labels >= 0))
    of_splits = _varies(texts, splits, said & (splits >= 0))
    known = ids != 0
    repeated = known & (_times(tickets) > 1)
    mixed = _varies(tickets, texts, known)
    one_text = repeated & ~mixed
    return EqualTexts(
        copies=_group(texts, several),
        conflicts=_group(texts, other_labels),
        leaks=_group(texts, of_splits),
        one_text=_group(tickets, one_text),
        disagreed=_group(tickets, one_text & _varies(tickets, labels, known & (labels >= 0))),
        other_texts=_group(tickets, mixed),
    )


def _numbered(values: IntArray) -> IntArray:
    """The same numbers from 0, so that two of them fit into one."""
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


def _times(values: IntArray) -> IntArray:
    """How often the value of each row stands in all rows."""
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(times[place], dtype=np.int64)


def _varies(keys: IntArray, values: IntArray, counted: BoolArray) -> BoolArray:
    """Whether a row counts and other counted rows of its key have another value."""
    found = np.zeros(len(keys), dtype=np.bool_)
    if counted.any():
        key, value = _numbered(keys[counted]), _numbered(values[counted])
        pairs = np.unique(key * (int(value.max()) + 1) + value)
        n_values = np.bincount(pairs // (int(value.max()) + 1), minlength=int(key.max()) + 1)
        found[counted] = n_values[key] > 1
    return found


def _group(keys: IntArray, of: BoolArray) -> Group:
    """The different keys among these rows; examples in the order of the file."""
    if not of.any():
        return Group(0, 0)
    rows = np.flatnonzero(of)
    _, first = np.unique(keys[rows], return_index=True)
    examples = tuple(int(row) for row in rows[np.sort(first)[:MOST_EXAMPLES]])
    return Group(len(first), len(rows), examples)

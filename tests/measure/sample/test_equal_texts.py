"""Texts that stand more than once: by hand, and against plain dictionaries."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.measure.sample.equal_texts import EqualTexts, Group, equal_texts

Row = tuple[int, int, int, int]


def found(*rows: Row) -> EqualTexts:
    """Of rows of (text, id, label, split)."""
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    return equal_texts(*columns) if rows else equal_texts(*(np.zeros(0, dtype=np.int64),) * 4)


NOTHING = Group(0, 0)


def test_without_rows_nothing_stands_twice() -> None:
    assert found() == EqualTexts(*(NOTHING,) * 6)


def test_a_text_of_two_tickets_is_a_copy_and_with_two_labels_a_conflict() -> None:
    told = found((7, 1, 0, -1), (8, 2, 0, -1), (7, 3, 0, -1), (9, 4, 0, -1), (9, 5, 1, -1))
    assert told.copies == Group(2, 4, (0, 3))
    assert told.conflicts == Group(1, 2, (3,))


def test_rows_of_one_ticket_are_no_copies_and_tell_who_disagreed() -> None:
    told = found((7, 1, 0, -1), (7, 1, 1, -1), (8, 2, 0, -1), (8, 2, 0, -1))
    assert (told.copies, told.conflicts) == (NOTHING, NOTHING)
    assert told.one_text == Group(2, 4, (0, 2))
    assert told.disagreed == Group(1, 2, (0,))


def test_an_id_with_two_texts_is_no_ticket_of_two_people() -> None:
    told = found((7, 1, 0, -1), (8, 1, 1, -1))
    assert told.other_texts == Group(1, 2, (0,))
    assert (told.one_text, told.disagreed) == (NOTHING, NOTHING)


def test_a_leak_is_a_text_in_two_splits_whatever_its_id() -> None:
    told = found((7, 1, 0, 0), (7, 2, 0, 1), (8, 3, 0, 0), (8, 4, 0, 0), (9, 5, 0, 0), (9, 5, 0, 1))
    assert told.leaks == Group(2, 4, (0, 4))


def test_what_is_not_there_tells_nothing() -> None:
    assert found((0, 1, 0, 0), (0, 2, 1, 1)).copies == NOTHING
    assert found((7, 1, -1, -1), (7, 2, 1, 0)).conflicts == NOTHING
    assert found((7, 1, 0, -1), (7, 2, 0, 0)).leaks == NOTHING


def test_rows_without_an_id_are_tickets_of_their_own() -> None:
    told = found((7, 0, 0, -1), (7, 0, 0, -1))
    assert told.copies == Group(1, 2, (0,))
    assert told.one_text == NOTHING


small = st.integers(0, 3)
rows = st.lists(st.tuples(small, small, st.integers(-1, 2), st.integers(-1, 1)), max_size=12)


@given(rows)
def test_counts_are_those_of_plain_dictionaries(given_rows: list[Row]) -> None:
    told = found(*given_rows)
    tickets: dict[int, set[object]] = defaultdict(set)
    labels: dict[int, set[int]] = defaultdict(set)
    splits: dict[int, set[int]] = defaultdict(set)
    for i, (text, ticket, label, split) in enumerate(given_rows):
        if text:
            tickets[text].add(ticket or f"row {i}")
            labels[text] |= {label} - {-1}
            splits[text] |= {split} - {-1}
    copies = [text for text, of in tickets.items() if len(of) > 1]
    assert told.copies.n == len(copies)
    assert told.copies.n_rows == sum(row[0] in copies for row in given_rows)
    assert told.conflicts.n == sum(len(labels[text]) > 1 for text in copies)
    assert told.leaks.n == sum(len(of) > 1 for of in splits.values())

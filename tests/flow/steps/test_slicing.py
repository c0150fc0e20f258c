"""Slices of a rubric set: metadata columns and text lengths of scored tickets with a gold label."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tables import table
from ticketbench.core.types import Dataset, Failure, ScoreTable, Ticket
from ticketbench.flow.steps.slicing import sliced
from ticketbench.measure.sample.slices import EMPTY, TEXT_LENGTH, SkippedColumn

RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def dataset(
    channels: list[str | None], *, gold: str = "a", texts: list[str] | None = None
) -> Dataset:
    """Tickets t0, t1 ... with a channel each; None is a ticket without that column."""
    shown = texts or ["x" * (10 + i) for i in range(len(channels))]
    return Dataset(
        "d",
        tuple(
            Ticket(f"t{i}", text, gold, metadata=() if c is None else (("channel", c),))
            for i, (c, text) in enumerate(zip(channels, shown, strict=True))
        ),
    )


def answered(right: list[bool], *, gold: str = "a", groups: list[int] | None = None) -> ScoreTable:
    scores = [RIGHT if hit else WRONG for hit in right]
    return table(scores, [gold] * len(right), groups=groups)


MAIL_CHAT = ["mail"] * 40 + ["chat"] * 60
HITS = [True] * 10 + [False] * 30 + [True] * 54 + [False] * 6


def by_value(data: Dataset, of: ScoreTable) -> dict[str, tuple[int, float]]:
    found = sliced(data, of).found.slices
    return {s.value: (s.n, s.accuracy.value) for s in found if s.column == "channel"}


def test_each_metadata_value_has_its_accuracy_by_hand() -> None:
    found = by_value(dataset(list(MAIL_CHAT)), answered(HITS))
    assert found == {"mail": (40, 0.25), "chat": (60, 0.9)}


def test_the_rubric_set_is_named() -> None:
    of = sliced(dataset(list(MAIL_CHAT)), answered(HITS))
    assert of.rubric_set == "v1"


def test_a_slice_that_fails_more_often_is_flagged() -> None:
    found = sliced(dataset(list(MAIL_CHAT)), answered(HITS)).found.slices
    assert {s.value: s.flagged for s in found if s.column == "channel"} == {
        "mail": True,
        "chat": True,
    }


def test_values_follow_the_tickets_that_were_scored_not_the_file() -> None:
    # The first ten tickets of mail, all that were right, have no answer.
    of = answered(HITS).rows(np.arange(10, 100))
    of = replace(of, failures=tuple(Failure(f"t{i}", "timeout") for i in range(10)))
    assert by_value(dataset(list(MAIL_CHAT)), of) == {"mail": (30, 0.0), "chat": (60, 0.9)}


def test_a_table_in_another_order_than_the_dataset_gives_the_same_slices() -> None:
    of = answered(HITS)
    mixed = of.rows(np.random.default_rng(0).permutation(100))
    data = dataset(list(MAIL_CHAT))
    one, other = by_value(data, of), by_value(data, mixed)
    assert one == other


def test_tickets_that_no_label_fits_are_in_no_slice() -> None:
    gold = ["a"] * 90 + ["__none__"] * 10
    of = table([RIGHT if hit else WRONG for hit in HITS], gold)
    assert by_value(dataset(list(MAIL_CHAT)), of) == {"mail": (40, 0.25), "chat": (50, 1.0)}


def test_a_ticket_without_the_column_counts_as_empty() -> None:
    channels: list[str | None] = ["mail"] * 40 + [None] * 60
    assert set(by_value(dataset(channels), answered(HITS))) == {"mail", EMPTY}


def test_texts_are_cut_into_quarters_by_their_characters() -> None:
    texts = ["é" * (i + 1) for i in range(100)]
    found = sliced(dataset(list(MAIL_CHAT), texts=texts), answered(HITS)).found.slices
    lengths = {s.value: s.n for s in found if s.column == TEXT_LENGTH}
    assert lengths == {
        "1 to 25 characters": 25,
        "26 to 50 characters": 25,
        "51 to 75 characters": 25,
        "76 to 100 characters": 25,
    }


def test_groups_of_the_table_widen_the_intervals() -> None:
    data = dataset(list(MAIL_CHAT))
    groups = [i // 5 for i in range(100)]
    alone, tied = (sliced(data, answered(HITS, groups=g)).found.slices for g in (None, groups))
    one, other = (next(s for s in of if s.value == "chat").difference for of in (alone, tied))
    assert other.high - other.low > 1.3 * (one.high - one.low)


@pytest.mark.parametrize("n", [0, 3])
def test_few_tickets_make_no_slices_and_say_why(n: int) -> None:
    found = sliced(dataset(["mail"] * n), answered(HITS[:n])).found
    assert found.slices == ()
    length = next(c for c in found.skipped if c.column == TEXT_LENGTH)
    assert length.reason


def test_a_column_of_dates_is_skipped_with_its_reason() -> None:
    tickets = dataset([f"2024-01-01T00:00:{i:02d}" for i in range(60)])
    found = sliced(tickets, answered(HITS[:60])).found
    assert SkippedColumn("channel", "every ticket has its own value") in found.skipped

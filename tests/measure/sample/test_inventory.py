"""What a file of tickets holds, in numbers: cases by hand."""

from __future__ import annotations

import numpy as np

from ticketbench.measure.sample.inventory import LabelCount, Lengths, balance, lengths


def test_labels_come_by_frequency_then_by_name_with_their_shares() -> None:
    found = balance({"b": 1, "a": 1, "c": 2}, n=4, n_without=3, n_several=0)
    assert found.labels == (
        LabelCount("c", 2, 0.5), LabelCount("a", 1, 0.25), LabelCount("b", 1, 0.25),
    )  # fmt: skip
    assert (found.n, found.n_without) == (4, 3)


def test_without_labels_there_is_no_share() -> None:
    assert balance({}, n=0, n_without=2, n_several=0).labels == ()


def test_lengths_are_those_of_texts_that_are_there() -> None:
    assert lengths(np.array([0, 10, 30, 20, 0])) == Lengths(3, 10, 10, 20, 30, 30)
    assert lengths(np.arange(1, 101)) == Lengths(100, 1, 5, 50, 95, 100)
    assert lengths(np.zeros(2, dtype=np.int64)) == Lengths(0, 0, 0, 0, 0, 0)

"""Tickets that stand twice are found by their keys, and told by their ids."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ticketbench.core.errors import InputError
from ticketbench.flow.parts.ids import TicketSum, keys_of, refuse_doubled, sum_of

A, B = Path("a.csv"), Path("b.csv")


def refuse(ids: dict[Path, list[str]]) -> None:
    def ids_of(part: Path) -> Iterator[str]:
        return iter(ids[part])

    refuse_doubled({part: np.sort(keys_of(own)) for part, own in ids.items()}, ids_of)


def test_different_tickets_pass() -> None:
    refuse({A: ["1", "2"], B: ["3"]})
    refuse({})
    refuse({A: []})


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ({A: ["1", "2"], B: ["3", "2"]}, "the ticket '2' stands in two parts, a.csv and b.csv"),
        ({A: ["1"], B: ["3", "4", "3"]}, "the ticket '3' stands twice in the part b.csv"),
    ],
)
def test_a_ticket_twice_is_told_with_its_parts(ids: dict[Path, list[str]], told: str) -> None:
    with pytest.raises(InputError) as error:
        refuse(ids)
    assert error.value.problems[0].what == told


def test_two_tickets_that_share_a_key_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    few = "ticketbench.flow.parts.ids.keys"
    monkeypatch.setattr(few, lambda names: np.array([len(n) for n in names], dtype=np.int64))
    refuse({A: ["1", "22"], B: ["3"]})
    with pytest.raises(InputError, match="'22' stands in two parts"):
        refuse({A: ["1", "22"], B: ["3", "33", "22"]})


def test_the_sum_of_tickets_tells_no_order_and_no_parts() -> None:
    every = sum_of(["1", "2", "3"], ["a", "b", "a"])
    assert sum_of(["3"], ["a"]) + sum_of(["2", "1"], ["b", "a"]) == every
    assert sum_of([], []) == TicketSum()
    others = [sum_of(["1", "2", "3"], ["a", "b", "b"]), sum_of(["1", "2"], ["a", "b"])]
    assert len({one.fingerprint for one in (every, *others)}) == 3

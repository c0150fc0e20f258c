"""How far tickets are the same adds up in any order, with the first of each kind by id."""

from __future__ import annotations

from functools import reduce
from itertools import permutations
from operator import add

from ticketbench.flow.parts.pairs.alike import Alike, OneSided, OtherGold
from ticketbench.measure.pairs.common_tickets import Alone


def other(ticket: str) -> OtherGold:
    return OtherGold(ticket, ("a.csv", "b.csv"), ("billing", "returns"))


RANGES = (
    Alike(5, (OneSided(2, (("t3", "a"), ("t9", "a"))), OneSided()), 2, other("t4")),
    Alike(1, (OneSided(4, (("t1", "b"), ("t2", "a"), ("t8", "a"))), OneSided()), 0, None),
    Alike(0, (OneSided(), OneSided(1, (("t7", "z"),))), 1, other("t2")),
)


def test_ranges_add_up_in_any_order() -> None:
    expected = Alike(
        6,
        (OneSided(6, (("t1", "b"), ("t2", "a"), ("t3", "a"))), OneSided(1, (("t7", "z"),))),
        3,
        other("t2"),
    )
    for order in permutations(RANGES):
        assert reduce(add, order) == expected
    assert expected.alone[0].alone == Alone(6, ("t1", "t2", "t3"))

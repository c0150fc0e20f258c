"""However few tickets are joined at a time, all of them say the same."""

from __future__ import annotations

from pathlib import Path

from part_pairs import folders, pair
from parted import assert_identical
from ticketbench.core.policy import Policy
from ticketbench.edge.results.forms.options import AS_OURS
from ticketbench.flow.parts.engine import Where
from ticketbench.flow.parts.pairs.side import read_sides
from ticketbench.flow.parts.pairs.whole import Asking, WholePair, whole_pair


def whole(sides: list[str], at_once: int) -> tuple[WholePair, int]:
    """All of both sides, and in how many ranges they were joined."""
    ranges = list[int]()
    found = whole_pair(
        read_sides((sides[0], sides[1]), AS_OURS, None),
        Asking(Policy(), 0, common=True, at_once=at_once),
        Where(),
        told=lambda stage: lambda done, of: ranges.append(of),
    )
    return found, ranges[-1]


def test_few_tickets_at_a_time_say_the_same_as_all_at_once(tmp_path: Path) -> None:
    base, candidate = pair(60, groups=9)
    sides = folders(tmp_path, (base[2:], candidate[:-2]), (2, 3))
    every, one = whole(sides, 1 << 30)
    few, many = whole(sides, 1_000)
    assert (one, many > 5) == (1, True)
    assert_identical(few, every)

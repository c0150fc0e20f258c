"""One line about new answers says how many were asked for again, and what that leaves open."""

from __future__ import annotations

import math

import pytest

from ticketbench.cli.new_answers import of_set
from ticketbench.flow.answers.recheck_new import NewInSet


@pytest.mark.parametrize(
    ("new", "asked", "changed", "unanswered", "most", "line"),
    [
        (0, 0, 0, 0, math.nan, "v2: no new answers"),
        (1, 1, 0, 0, 0.0, "v2: the one new answer asked again, none came out otherwise"),
        (340, 20, 0, 0, 0.1391, "v2: 20 of 340 new answers asked again, none came out otherwise; "
         "up to 13.9% of the 340 still could (95%)"),
        (7, 7, 2, 1, 0.7286, "v2: all 7 new answers asked again, 2 came out otherwise, 1 got no "
         "valid answer, which says nothing; up to 72.9% of the 7 still could (95%)"),
    ],
)  # fmt: skip
def test_a_set_is_told_in_one_line(
    new: int, asked: int, changed: int, unanswered: int, most: float, line: str
) -> None:
    assert of_set(NewInSet("v2", new, asked, changed, unanswered, most)) == line

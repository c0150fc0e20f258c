"""Which questions of a batch fail on demand, and in what order its output comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketbench.edge.serving.batches.conduct import ORDERS, Conduct

LINES = [f"line {i}".encode() for i in range(50)]


@given(st.floats(0, 1), st.integers(0, 300), st.integers(0, 5))
def test_exactly_the_rounded_share_fails(share: float, n: int, batch: int) -> None:
    failing = Conduct(fail=share).failing(n, batch=batch)
    assert len(failing) == round(share * n)
    assert failing <= set(range(n))


def test_others_fail_in_another_batch_and_the_same_ones_in_the_same() -> None:
    conduct = Conduct(fail=0.1)
    assert conduct.failing(500, batch=1) == conduct.failing(500, batch=1)
    assert conduct.failing(500, batch=1) != conduct.failing(500, batch=2)
    assert conduct.failing(500, batch=1) != Conduct(fail=0.1, seed=1).failing(500, batch=1)


def test_lines_are_shuffled_on_demand_alone_and_none_is_lost() -> None:
    assert Conduct().ordered(LINES, batch=1) == LINES
    mixed = Conduct(order="shuffled").ordered(LINES, batch=1)
    assert mixed != LINES
    assert sorted(mixed) == sorted(LINES)


@pytest.mark.parametrize(
    ("given", "says"),
    [({"delay_s": -1.0}, "seconds"), ({"delay_s": float("inf")}, "seconds"),
     ({"delay_s": float("nan")}, "seconds"), ({"order": "reversed"}, ", ".join(ORDERS)),
     ({"fail": 1.1}, "share"), ({"fail": -0.1}, "share"), ({"fail": float("nan")}, "share")],
)  # fmt: skip
def test_what_is_no_conduct_is_refused(given: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Conduct(**given)  # type: ignore[arg-type]

"""A comparison that must not show a loss, as an assertion."""

from __future__ import annotations

import pytest

from tables import table
from ticketbench import assert_no_regression
from ticketbench.measure.compare import Comparison, compare

RIGHT, WRONG = [0.8, 0.1, 0.1], [0.1, 0.8, 0.1]


def compared(base_right: int, candidate_right: int, n: int = 400) -> Comparison:
    base = table([RIGHT] * base_right + [WRONG] * (n - base_right), ["a"] * n)
    rows = [RIGHT] * candidate_right + [WRONG] * (n - candidate_right)
    return compare(base, table(rows, ["a"] * n, rubric_set="v2"))


def told(comparison: Comparison, **how: object) -> list[str]:
    with pytest.raises(AssertionError) as caught:
        assert_no_regression(comparison, **how)  # type: ignore[arg-type]
    return str(caught.value).split("\n")


@pytest.mark.parametrize(("base", "candidate"), [(300, 300), (300, 360), (400, 400), (0, 0)])
def test_no_loss_raises_nothing(base: int, candidate: int) -> None:
    assert_no_regression(compared(base, candidate), undecided="fail")


def test_a_shown_loss_names_bounds_counts_and_tickets() -> None:
    lines = told(compared(360, 300))
    assert lines[0].startswith(
        "v2 fails a gate of 2.0 points against v1 (one-sided 95% bounds -18."
    )
    assert "a loss of up to 18." in lines[0]
    assert lines[1] == "0 fixed, 60 broken on 400 paired tickets"
    assert lines[2] == "  t300: a, now b 0.80"
    assert len(lines) == 2 + 5


def chance(lost: int, gained: int, n: int = 400) -> Comparison:
    """Of n tickets, right in most, so many are lost and others gained."""
    rest = n - lost - gained
    base = table([RIGHT] * lost + [WRONG] * gained + [RIGHT] * rest, ["a"] * n)
    rows = [WRONG] * lost + [RIGHT] * gained + [RIGHT] * rest
    return compare(base, table(rows, ["a"] * n, rubric_set="v2"))


def test_a_doubt_passes_unless_it_is_asked_to_fail() -> None:
    doubtful = chance(26, 24)
    assert_no_regression(doubtful)
    lines = told(doubtful, undecided="fail")
    assert lines[0].startswith("v2 may be worse than v1 by 2.0 points (one-sided 95% bounds -3.")
    assert "a loss of up to 3." in lines[0]
    with pytest.warns(UserWarning, match="a loss of up to 3."):
        assert_no_regression(doubtful, undecided="warn")


def test_a_loss_that_is_only_seen_fails_as_a_primary_gate_does() -> None:
    seen = chance(38, 28)
    assert_no_regression(seen)
    for undecided in ("warn", "fail"):
        lines = told(seen, undecided=undecided)
        assert lines[0].startswith("v2 fails a gate of 2.0 points against v1")
        assert lines[1].startswith("red because the loss on these tickets is 2.5 points, with 2")
        assert lines[2] == "28 fixed, 38 broken on 400 paired tickets"


def test_the_margin_decides_what_is_a_loss() -> None:
    slight = compared(300, 292)
    assert_no_regression(slight, margin=0.05, undecided="fail")
    assert told(slight, margin=0.001)[1] == "0 fixed, 8 broken on 400 paired tickets"


def test_no_more_tickets_are_named_than_broke() -> None:
    assert len(told(compared(300, 297), margin=0.0001, undecided="fail")) == 3 + 3

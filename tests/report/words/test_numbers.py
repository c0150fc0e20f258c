from __future__ import annotations

import math

import pytest

from ticketbench.core.types import Estimate
from ticketbench.report.words import numbers

UNDEFINED = Estimate.undefined(0, "no tickets")


@pytest.mark.parametrize(
    ("value", "text"), [(0.893, "89.3%"), (0.0, "0.0%"), (1.0, "100.0%"), (math.nan, "–")]
)
def test_a_share_is_a_percentage_with_one_decimal(value: float, text: str) -> None:
    assert numbers.percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.032, "+3.2"), (-0.032, "-3.2"), (0.0, "0.0"), (math.nan, "–")]
)
def test_a_difference_of_shares_is_in_signed_points(value: float, text: str) -> None:
    assert numbers.points(value) == text


def test_an_estimate_shows_value_and_interval() -> None:
    assert numbers.estimate(Estimate(0.9, 0.85, 0.94, 60, "Wilson")) == "90.0% [85.0, 94.0]"


def test_an_undefined_estimate_is_a_dash() -> None:
    assert numbers.estimate(UNDEFINED) == "–"
    assert numbers.difference(UNDEFINED) == "–"
    assert numbers.interval(UNDEFINED) == ""


def test_an_estimate_without_interval_shows_no_brackets() -> None:
    nan = math.nan
    assert numbers.estimate(Estimate(0.1, nan, nan, 5, "none"), share=False) == "0.100"
    assert numbers.difference(Estimate(0.1, nan, nan, 5, "none")) == "+10.0"


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0 tickets"), (1, "1 ticket"), (2310, "2,310 tickets")]
)
def test_a_count_agrees_with_its_noun(n: int, text: str) -> None:
    assert numbers.count(n, "ticket") == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "<0.001"),
        (0.000499, "<0.001"),
        (0.0005, "0.001"),
        (0.0312, "0.031"),
        (1.0, "1.000"),
        (math.nan, "–"),
    ],
)
def test_a_p_value_is_never_a_bare_zero(value: float, text: str) -> None:
    assert numbers.p_value(value) == text

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
        (0.05, "0.050"),
        (0.04973, "0.0497"),
        (0.05004, "0.05004"),
        (math.nan, "–"),
    ],
)
def test_a_p_value_is_never_a_bare_zero(value: float, text: str) -> None:
    assert numbers.p_value(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1.00"), (0.0, "0.00"), (2.5, "2.50"), (0.004, "0.004")]
)
def test_a_price_has_the_decimals_that_it_has(value: float, text: str) -> None:
    assert numbers.price(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.95, "95%"), (0.975, "97.5%"), (1 - 0.05 / 3, "98.33%"), (0.9995, "99.95%"),
     (0.99999, "99.999%"), (0.999999, "99.9999%"), (1.0, "100%")],
)  # fmt: skip
def test_a_confidence_has_the_decimals_that_it_has(value: float, text: str) -> None:
    assert numbers.confidence(value) == text


@pytest.mark.parametrize(
    ("low", "high", "share", "text"),
    [
        (0.001, 0.049, True, "+2.5 [+0.1, +4.9]"),
        (0.0004, 0.0496, True, "+2.50 [+0.04, +4.96]"),
        (0.0, 0.05, True, "+2.5 [0.0, +5.0]"),
        (-0.049, -0.000004, True, "-2.4502 [-4.9000, -0.0004]"),
        (0.0004, 0.05, False, "+0.0252 [+0.0004, +0.0500]"),
    ],
)
def test_an_end_that_is_not_0_does_not_look_like_it(
    low: float, high: float, share: bool, text: str
) -> None:
    assert numbers.difference(Estimate((low + high) / 2, low, high, 9, "t"), share=share) == text


def test_other_values_to_be_told_apart_can_be_named() -> None:
    found = Estimate(0.01, 0.0001, 0.01996, 9, "t")
    assert numbers.difference(found) == "+1.00 [+0.01, +2.00]"
    assert numbers.difference(found, apart_from=(0, 0.02)) == "+1.000 [+0.010, +1.996]"


def test_an_interval_on_both_sides_of_0_is_told_in_words() -> None:
    found = Estimate(0.01, -0.012, 0.034, 9, "t")
    assert numbers.between(found) == "between 1.2 points worse and 3.4 better"
    nearly = Estimate(0.01, -0.0001, 0.034, 9, "t")
    assert numbers.between(nearly) == "between 0.01 points worse and 3.40 better"
    assert numbers.between(Estimate(0.0, 0.0, 0.01, 9, "t")).startswith("between 0.0 points worse")


ENDS = st.floats(-1, 1, allow_subnormal=False).filter(lambda end: end == 0 or abs(end) > 1e-12)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(ENDS, ENDS, st.booleans())
@example(1e-9, 0.5, True)
def test_the_printed_ends_lie_on_the_side_of_0_where_the_ends_do(
    one: float, other: float, share: bool
) -> None:
    low, high = sorted((one, other))
    text = numbers.difference(Estimate((low + high) / 2, low, high, 9, "t"), share=share)
    printed = [float(end) for end in text.partition("[")[2].rstrip("]").split(", ")]
    assert [math.copysign(1, p) * (p != 0) for p in printed] == [
        math.copysign(1, end) * (end != 0) for end in (low, high)
    ]


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (1, "1"),
        (99, "99"),
        (340, "340"),
        (1_854, "1,900"),
        (26_380, "27,000"),
        (999_999, "1,000,000"),
    ],
)
def test_a_number_known_roughly_has_two_digits_and_is_rounded_up(n: int, text: str) -> None:
    assert numbers.about(n) == f"about {text}"


@pytest.mark.parametrize(
    ("value", "text"), [(0.02, "2.0"), (0.1, "10.0"), (0.0125, "1.25"), (0.0004, "0.04")]
)
def test_a_margin_is_never_rounded_to_another_one(value: float, text: str) -> None:
    assert numbers.margin(value) == text


def of_hundred(value: float, low: float, high: float) -> Estimate:
    return Estimate(value, low, high, 100, "by hand")


@pytest.mark.parametrize(
    ("of", "shown"),
    [(0.731, "73"), (0.0, "0"), (0.004, "fewer than 1"), (0.997, "more than 99"), (1.0, "100"),
     (0.725, "73"), (math.nan, "–")],
)  # fmt: skip
def test_a_share_of_a_hundred_is_never_rounded_to_none_or_all(of: float, shown: str) -> None:
    assert numbers.of_100(of) == shown


@pytest.mark.parametrize(
    ("of", "shown", "text"),
    [
        (of_hundred(0.236, 0.176, 0.297), ("49", "73"), "+24 [+18, +30]"),
        # 73.4 less 48.6 is 24.8, beside 73 and 49.
        (of_hundred(0.248, 0.176, 0.297), ("49", "73"), "+24.8 [+17.6, +29.7]"),
        (of_hundred(0.02, 0.004, 0.036), ("49", "51"), "+2.0 [+0.4, +3.6]"),
        (of_hundred(0.24, math.nan, math.nan), ("49", "73"), "+24"),
        (of_hundred(0.5, 0.4, 0.6), ("fewer than 1", "50"), "+50.0 [+40.0, +60.0]"),
        (of_hundred(math.nan, math.nan, math.nan), ("–", "–"), "–"),
    ],
)
def test_points_have_the_decimals_that_belie_nothing(
    of: Estimate, shown: tuple[str, str], text: str
) -> None:
    assert numbers.points_of_100(of, shown=shown, apart_from=(0.0,)) == text


def test_a_difference_within_the_margin_does_not_look_like_the_margin() -> None:
    of = of_hundred(0.0, -0.0199, 0.0199)
    assert numbers.points_of_100(of, shown=("50", "50"), apart_from=(0.0, 0.02, -0.02)) == (
        "0.00 [-1.99, +1.99]"
    )

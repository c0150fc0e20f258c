"""IBANs by country and check digits, cards by Luhn, and neither in what is neither."""

from __future__ import annotations

import pytest

from ticketbench.report.masking.accounts import cards, ibans


def found(finder: object, text: str) -> list[str]:
    return [text[start:end] for start, end in finder(text)]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DE02120300000000202051.", "DE02120300000000202051"),
        ("de02 1203 0000 0000 2020 51 and", "de02 1203 0000 0000 2020 51"),
        ("IBANGB82WEST12345698765432", "GB82WEST12345698765432"),
        ("DE99 1203 0000 0000 2020 51", "DE99 1203 0000 0000 2020 51"),  # a slip in the check
        ("MA64011519000001205000534921 x", "MA64011519000001205000534921"),
        ("NI45BAPR00000013000003558124", "NI45BAPR00000013000003558124"),
    ],
)
def test_an_iban_is_found_in_any_grouping(text: str, expected: str) -> None:
    assert found(ibans, text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "DE0212030000000020205",
        "DE021203000000002020511",
        "in 20 days we were told that nothing would be done",
        "At 12 2024 we had 16 more, and 1500 of these came on 2024",
        "No 880101-1234567",
        "is 12 months and the money was never paid back by them",
    ],
)
def test_what_has_no_length_of_a_country_or_is_words_is_no_iban(text: str) -> None:
    assert found(ibans, text) == []


def test_a_card_is_found_among_other_numbers() -> None:
    assert found(cards, "4111 1111 1111 1111 1227 123") == ["4111 1111 1111 1111"]
    assert found(cards, "1227 4111-1111-1111-1111") == ["4111-1111-1111-1111"]
    assert found(cards, "3782 822463 10005") == ["3782 822463 10005"]
    assert found(cards, "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1") == ["4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"]


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1112", "411111111111", "x4111111111111111", "+4311111111111111"]
)
def test_what_fails_the_check_or_belongs_to_something_else_is_no_card(text: str) -> None:
    assert found(cards, text) == []

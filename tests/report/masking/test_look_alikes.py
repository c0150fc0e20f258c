"""Dates, amounts and versions stay, and lend no digit of a phone to a date."""

from __future__ import annotations

import pytest

from ticketbench.report.masking.mask import mask


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-05-01 12:00:01.123456 it broke",
        "\n\n2024-05-15 12:02:44 WARN x",
        "2024-06-13T08:02:44Z",
        "EUR 1234567",
        "1.234.567,89 or 12,345,678",
        "52.520008, 13.404954",
        "Windows 10.0.19045.3803",
        "version 1.2.3.4",
        "INV-2024-001234",
        "commande n° 2024-118",
        "3f2a91234567c",
        "2019 2020 2021",
    ],
)
def test_what_looks_like_a_number_of_a_person_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("06.12.34.56.78", "[phone]"),
        ("85.07.30-033.28", "[phone]"),
        ("+687 20.12.34", "[phone]"),
        ("19850412-1234", "[phone]"),
        ("1.800.555.0100", "[phone]"),
        ("2024-05-01 and 0171 3920071", "2024-05-01 and [phone]"),
        ("12.05.24 030 1234567", "[phone]"),
        ("12345678", "[number]"),
        ("12.345.678-5", "[phone]"),
        ("tel-2015-555123", "tel-[phone]"),
    ],
)
def test_a_number_that_begins_like_a_date_is_masked_whole(text: str, shown: str) -> None:
    assert mask(text).text.replace("[number]", "[phone]") == shown.replace("[number]", "[phone]")

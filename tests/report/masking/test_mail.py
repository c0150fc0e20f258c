"""Addresses of mail, as people write them and hide them, and what is none."""

from __future__ import annotations

import pytest

from ticketbench.report.masking.mask import mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("jane dot doe at example dot com", "[mail]"),
        ("jane.doe AT example.com", "[mail]"),
        ("jane @ example . com", "[mail]"),
        ("jane_doe(at)example(dot)com", "[mail]"),
        ("'anna@example.com'", "'[mail]'"),
        ("from=anna@example.com;", "from=[mail];"),
        ("mailto:a@b.example?cc=c@d.example", "mailto:[mail]?cc=[url value]"),
        ("https://shop.example/users/anna@example.com", "https://shop.example/users/[mail]"),
        ("メール anna@example.com です", "メール [mail] です"),
        ("anna@example.com.", "[mail]."),
        ("root@mailserver1,", "[mail],"),
        ('"anna keller"@example.com', "[mail]"),
    ],
)
def test_an_address_is_masked(text: str, shown: str) -> None:
    assert mask(text).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "look at shop.example",
        "we meet at ten dot",
        "react@18.2.0 and checkout@v4",
        "5 @ 3.50",
        "ask @anna_k",
        "`code` @octocat",
        "a@",
        "@example",
        "@@@",
    ],
)
def test_what_has_no_local_part_or_no_domain_is_no_address(text: str) -> None:
    assert mask(text).text == text

"""Addresses of machines, and the versions, times and names of code that look like one."""

from __future__ import annotations

import pytest

from ticketbench.report.masking.mask import mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://[2001:db8::1]:443/x", "http://[ip]/x"),
        ("[2001:db8::1]", "[[ip]]"),
        ("from 2001:db8::1: refused", "from [ip]: refused"),
        ("addr:2001:db8::beef.", "addr:[ip]."),
        ("fe80::1%eth0/64", "[ip]"),
        ("::ffff:192.0.2.128", "[ip]"),
        ("192[.]0[.]2[.]44:80", "[ip]"),
        ("ip-10-0-0-12.internal", "[ip].internal"),
    ],
)
def test_an_address_is_masked_with_what_belongs_to_it(text: str, shown: str) -> None:
    assert mask(text).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "std::vector",
        "Thread crashed:: now",
        "10:20:30",
        "::",
        "version 1.2.3.4",
        "v10.0.0.1",
        "1.2.3.4.5",
        "300.1.2.3",
        "00:1A:2B:3C:4D:5E",
    ],
)
def test_what_is_no_address_stays(text: str) -> None:
    assert mask(text).text == text

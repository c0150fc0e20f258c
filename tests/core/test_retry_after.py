"""What a Retry-After header asks for."""

from __future__ import annotations

import pytest

from ticketbench.core.retry_after import asked_seconds

NOON = 1_795_953_600.0  # Sun, 29 Nov 2026 12:00:00 UTC


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0), ("", 0), ("3", 3), (" 2.5 ", 2.5), ("-1", 0), ("soon", 0), ("1e9", 0),
        ("9" * 400, 0), ("Sun, 29 Nov 2026 12:00:30 GMT", 30), ("Sun, 29 Nov 2026 12:00:30", 30),
        ("Sun, 29 Nov 2026 11:00:00 GMT", 0), ("Sun, 99 Nov 2026 12:00:30 GMT", 0),
        ("Sun, 29 Nov 99999999999 12:00:30 GMT", 0),
    ],
)  # fmt: skip
def test_seconds_and_dates_are_read_and_all_else_asks_for_nothing(
    header: str | None, seconds: float
) -> None:
    assert asked_seconds(header, now=NOON) == seconds

"""How a rate is written; the other keys of an endpoint are read with the config."""

from __future__ import annotations

import pytest

from ticketbench.edge.inputs.endpoint_config import requests_per_second


@pytest.mark.parametrize(
    ("rate", "per_second"),
    [
        ("20/s", 20.0),
        ("300/min", 5.0),
        ("5400/h", 1.5),
        ("0.5/s", 0.5),
        ("none", None),
        (None, None),
    ],
    ids=str,
)
def test_a_rate_is_requests_per_second(rate: str | None, per_second: float | None) -> None:
    assert requests_per_second(rate) == per_second


@pytest.mark.parametrize("rate", ["", "20", "20/d", "-1/s", "0/s", "20 / s", "1e3/s", "20/s "])
def test_what_is_no_rate_shows_how_one_is_written(rate: str) -> None:
    with pytest.raises(ValueError, match="20/s"):
        requests_per_second(rate)

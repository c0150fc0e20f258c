"""How a rate is written, and what several endpoints are called; other keys are read with the
config.
"""

from __future__ import annotations

import pytest

from ticketbench.edge.inputs.endpoint_config import (
    EndpointConfig,
    NamedEndpoint,
    requests_per_second,
    rubric_set_of,
    sets_of,
)


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


def test_sets_are_the_rubric_sets_each_at_every_endpoint() -> None:
    settings = EndpointConfig(url="local://lexical/v1/classify")
    found = sets_of(("v1", "v2"), [NamedEndpoint(name, settings) for name in ("a", "b")])
    assert list(found) == ["v1@a", "v1@b", "v2@a", "v2@b"]
    assert [one.name for one in found.values()] == list(found)
    assert [rubric_set_of(name) for name in found] == ["v1", "v1", "v2", "v2"]


def test_a_single_endpoint_gives_sets_no_second_name() -> None:
    only = NamedEndpoint("", EndpointConfig(url="local://lexical/v1/classify"))
    assert list(sets_of(("v1", "v2"), [only])) == ["v1", "v2"]
    assert (only.written, only.place) == ("endpoint", ("endpoint",))
    assert rubric_set_of("v1") == "v1"

"""How much of a text is read at a URL, as far as it is known."""

from __future__ import annotations

from datetime import date

import pytest

from ticketbench.edge.endpoints.limits import LIMITS, limit_of
from ticketbench.edge.engines import engines
from ticketbench.edge.engines.weights import LONGEST_TEXT

JEV = "systemone+https://{host}/v1/systemone?model={model}"


@pytest.mark.parametrize(
    ("url", "tokens"),
    [
        (engines().get("minilm").local_url, LONGEST_TEXT),
        ("systemone+http://127.0.0.1:8000/v1/systemone?model=minilm-v1", LONGEST_TEXT),
        (JEV.format(host="api.typesafe.ai", model="jev-1.13.0"), 32_000),
        (JEV.format(host="TypeSafe.ai:8443", model="jev-1.13.0"), 32_000),
    ],
)
def test_what_is_known_is_found_by_host_and_model(url: str, tokens: int) -> None:
    found = limit_of(url)
    assert found is not None
    assert found.tokens == tokens


@pytest.mark.parametrize(
    "url",
    [
        engines().get("lexical").local_url,
        "https://minilm/classify",
        JEV.format(host="api.typesafe.ai", model="jev-1.14.0"),
        JEV.format(host="api.typesafe.ai", model="jev-latest"),
        JEV.format(host="nottypesafe.ai", model="jev-1.13.0"),
        JEV.format(host="typesafe.ai.example", model="jev-1.13.0"),
        "zeroshot+https://h.example/models/a/b",
        "https://api.scaledown.xyz/classify",
    ],
)
def test_of_all_else_nothing_is_claimed(url: str) -> None:
    assert limit_of(url) is None


def test_every_limit_names_whose_it_is_and_a_vendors_the_day_of_its_page() -> None:
    for one in LIMITS:
        assert one.tokens > 0
        assert one.host or one.model
        if one.tokens != LONGEST_TEXT:
            assert date.fromisoformat(one.known_on) >= date(2026, 11, 29)

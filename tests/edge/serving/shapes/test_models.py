"""GET /v1/models: the engine's own name, and aliases only on request."""

from __future__ import annotations

import json

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge.engines import engines
from ticketbench.edge.serving.service import Service
from ticketbench.edge.serving.shapes.model import refuse_bad_aliases


@pytest.mark.parametrize("aliases", [(), ("jev-latest", "gpt-6-luna")])
def test_every_name_is_listed_with_a_description_and_a_day(aliases: tuple[str, ...]) -> None:
    service = Service(engines().get("lexical"), aliases=aliases)
    models = json.loads(service.handle("GET", "/v1/models", {}, b"").body)["models"]
    assert [one["name"] for one in models] == ["lexical-v1", *aliases]
    assert all(len(one["release_date"]) == 10 and one["description"] for one in models)


@pytest.mark.parametrize("alias", ["", "a b", "-x", "é", "x" * 129, "a\n"])
def test_an_alias_that_is_no_name_of_a_model_is_an_error(alias: str) -> None:
    with pytest.raises(InputError, match="no name of a model"):
        refuse_bad_aliases([alias])


def test_a_vendors_name_is_a_good_alias() -> None:
    refuse_bad_aliases(["jev-latest", "openai/gpt-6-luna"])

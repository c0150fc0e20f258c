"""Embedded engines by name; their version is part of every URL."""

from __future__ import annotations

import pytest

from ticketbench.core.errors import InputError
from ticketbench.edge import lexical
from ticketbench.edge.engines import ENGINES, Engine


def test_the_lexical_engine_is_known() -> None:
    assert "lexical" in ENGINES.names()


@pytest.mark.parametrize("engine", list(ENGINES), ids=lambda engine: engine.name)
def test_name_and_version_are_in_the_url(engine: Engine) -> None:
    assert engine.local_url == f"local://{engine.name}/{engine.version}/classify"


@pytest.mark.parametrize("engine", list(ENGINES), ids=lambda engine: engine.name)
def test_the_path_is_that_of_the_local_url(engine: Engine) -> None:
    assert engine.local_url == f"local:/{engine.path}"


@pytest.mark.parametrize("engine", list(ENGINES), ids=lambda engine: engine.name)
def test_an_engine_gives_a_score_to_every_label(engine: Engine) -> None:
    assert list(engine.classify("x", [("b", "Is it b?"), ("a", "Is it a?")])) == ["b", "a"]


def test_another_version_has_another_url() -> None:
    assert Engine("lexical", "v2", lexical.classify).local_url == "local://lexical/v2/classify"


def test_an_unknown_engine_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError) as refused:
        ENGINES.get("lexicall")
    assert "'lexical'" in refused.value.problems[0].help

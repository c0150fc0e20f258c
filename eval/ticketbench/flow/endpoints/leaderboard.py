"""The leaderboard of a run over several endpoints: what each answer took, and the board itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.steps.sources.budget import price_of
from ticketbench.measure.endpoints.effort import Effort, latency
from ticketbench.measure.endpoints.leaderboard import leaderboard
from ticketbench.measure.results import RunResults

if TYPE_CHECKING:
    from ticketbench.edge.inputs.endpoint_config import NamedEndpoint
    from ticketbench.edge.replay import effort as kept
    from ticketbench.edge.replay.source import Sources


def efforts_of(inputs: Inputs, sources: Sources) -> dict[str, Effort]:
    """What the answers of each set took; nothing for a single endpoint, which has no board."""
    if len(inputs.endpoints) < 2:
        return {}
    from ticketbench.edge.replay.effort import effort

    return {
        rubrics.name: _effort(
            effort(inputs.dataset, rubrics, sources.of(rubrics)), inputs.endpoint_of(rubrics)
        )
        for rubrics in inputs.rubric_sets
    }


def with_leaderboard(
    results: RunResults, inputs: Inputs, efforts: Mapping[str, Effort]
) -> RunResults:
    """The results with the board of their sets; as they are where there are no `efforts`."""
    if not efforts:
        return results
    board = leaderboard(
        results.evaluations,
        results.equal_coverage,
        results.trained,
        efforts,
        endpoints={name: one.endpoint.name for name, one in inputs.config.file.sets.items()},
        risk=1 - inputs.config.file.choose.min_precision,
    )
    return replace(results, leaderboard=board)


def _effort(found: kept.Effort, endpoint: NamedEndpoint) -> Effort:
    price, cost = price_of(endpoint), math.nan
    per_token = endpoint.settings.characters_per_token
    if price is not None and found.questions:
        characters = found.characters if found.tokens is None else found.tokens * per_token
        whole = price.of(round(characters), requests=found.requests)
        cost = 1000 * whole / found.questions
    return Effort(
        cost_per_1000=cost,
        tokens_of="characters" if found.tokens is None else "answers",
        latency=latency(found.ms),
    )

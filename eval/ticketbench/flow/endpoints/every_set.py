"""Every rubric set of a run answered at its endpoint, and how the answers came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ticketbench.core.errors import EndpointError
from ticketbench.core.types import ScoreTable
from ticketbench.edge.asking.pacing import Budget
from ticketbench.edge.replay.drift import Drift
from ticketbench.flow.answers.origin import OfSet, models_by_set, origin_of
from ticketbench.flow.endpoints.leaderboard import efforts_of
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.steps.sources.answers import answer_source, refresh_name
from ticketbench.measure.endpoints.effort import Effort

if TYPE_CHECKING:
    from ticketbench.edge.replay.every_ticket import Replayed
    from ticketbench.edge.replay.many_questions import Progress
    from ticketbench.edge.replay.source import Mode, Sources


ProgressOf = Callable[[str], "Progress | None"]
"""From a rubric set's name to a progress callback."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Every rubric set's replay, whether a refresh of these questions is still unfinished, and how
    the answers came.
    """

    replayed: list[Replayed]
    unfinished_refresh: bool
    origins: list[OfSet]
    efforts: dict[str, Effort]

    @property
    def tables(self) -> list[ScoreTable]:
        """The scores of every set, in the order of the config."""
        return [one.table for one in self.replayed]

    @property
    def asked(self) -> int:
        """Questions that this run sent and that were answered, over all sets."""
        return sum(map(_asked, self.replayed))

    @property
    def sources(self) -> tuple[str, ...]:
        """Where each set's answers came from, such as "v2: 400 recorded, 8 asked"."""
        found = []
        for one in self.replayed:
            counts = {"recorded": one.recorded, "cached": one.cached, "asked": one.sent}
            parts = [f"{n} {how}" for how, n in counts.items() if n] or ["none"]
            found.append(f"{one.table.provenance.rubric_set}: {', '.join(parts)}")
        return tuple(found)

    @property
    def in_numbers(self) -> dict[str, Any]:
        """The same for the manifest, with what was asked again and which models answered."""
        models = models_by_set(self.origins)
        return {
            "answers": {
                one.table.provenance.rubric_set: {
                    "recorded": one.recorded,
                    "cached": one.cached,
                    "sent": one.sent,
                    "damaged": one.damaged,
                }
                for one in self.replayed
            },
            "asked_again": asdict(sum((one.drift for one in self.replayed), Drift())),
            **({"models": models} if models else {}),
        }


def answered_sets(
    inputs: Inputs,
    *,
    mode: Mode,
    budget: Budget,
    progress: ProgressOf | None,
    tell: Callable[[str], None] | None,
) -> Answered:
    """The replay of every set of a config; a refresh ends when nothing but refusals failed.

    Raises what `answer_source` and the replay of a set raise.
    """
    name = refresh_name(inputs)
    with answer_source(inputs, mode=mode, budget=budget, tell=tell) as sources:
        cache = sources.cache
        if mode == "refresh":
            sources = sources.otherwise(refresh_since=cache.begin_refresh(name))
        replayed = _each_set(inputs, sources, progress)
        failures = [failure for one in replayed for failure in one.table.failures]
        if mode == "refresh" and all(failure.kind == "refused" for failure in failures):
            cache.end_refresh(name)
        unfinished = mode != "refresh" and cache.refresh_began(name) is not None
        efforts = efforts_of(inputs, sources)
        of_sets = (origin_of(inputs.dataset, one, sources.of(one)) for one in inputs.rubric_sets)
        origins = [one for one in of_sets if one is not None]
    return Answered(replayed, unfinished, origins, efforts)


def _each_set(inputs: Inputs, sources: Sources, progress: ProgressOf | None) -> list[Replayed]:
    """The replay of every set. An endpoint that cannot be asked any further ends the run, but not
    before every other one was asked: what it answered is kept.
    """
    from ticketbench.edge.replay.every_ticket import replay

    replayed: list[Replayed] = []
    broken: dict[str, EndpointError] = {}
    for rubrics in inputs.rubric_sets:
        endpoint = inputs.endpoint_of(rubrics).name
        if endpoint in broken:
            continue
        told = progress(rubrics.name) if progress else None
        try:
            found = replay(inputs.dataset, rubrics, sources.of(rubrics), progress=told)
        except EndpointError as error:
            broken[endpoint] = error
        else:
            replayed.append(found)
    if broken:
        raise next(iter(broken.values()))
    return replayed


def _asked(one: Replayed) -> int:
    """Questions that were sent and answered; one that was not sent is no answer that failed."""
    failed = sum(failure.kind != "not_run" for failure in one.table.failures)
    return max(0, one.sent - failed)

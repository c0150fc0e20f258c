"""Every rubric set of a run answered at its endpoint, and how the answers came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticketbench.core.types import ScoreTable
from ticketbench.edge.asking.pacing import Budget
from ticketbench.flow.answers.origin import OfSet, origins_in_numbers, origins_of
from ticketbench.flow.endpoints.answers import AnsweredSets, SetAnswers, in_numbers
from ticketbench.flow.endpoints.leaderboard import efforts_of
from ticketbench.flow.steps.inputs import Inputs
from ticketbench.flow.steps.sources.answers import answer_source, refresh_name
from ticketbench.flow.steps.sources.batches import NO_WISHES, Batched, BatchWishes, in_batches
from ticketbench.measure.endpoints.effort import Effort

if TYPE_CHECKING:
    from ticketbench.edge.replay.every_ticket import Replayed
    from ticketbench.edge.replay.source import Mode
    from ticketbench.edge.replay.together import ProgressOf


@dataclass(frozen=True, slots=True, eq=False)
class Answered(AnsweredSets):
    """Every rubric set's replay, whether a refresh of these questions is still unfinished, and how
    the answers came.
    """

    replayed: list[Replayed]
    unfinished_refresh: bool
    origins: list[OfSet]
    efforts: dict[str, Effort]
    batched: Batched

    @property
    def tables(self) -> list[ScoreTable]:
        """The scores of every set, in the order of the config."""
        return [one.table for one in self.replayed]

    @property
    def in_numbers(self) -> dict[str, Any]:
        """Where the answers came from and which models gave them, for the manifest."""
        told = origins_in_numbers(self.origins)
        return {**in_numbers(self.answers), **told, **self.batched.in_numbers}


def answered_sets(
    inputs: Inputs,
    *,
    mode: Mode,
    budget: Budget,
    progress: ProgressOf | None,
    tell: Callable[[str], None] | None,
    wishes: BatchWishes = NO_WISHES,
) -> Answered:
    """The replay of every set of a config, after the batches; a refresh ends when nothing but
    refusals failed.

    Raises what `answer_source`, `in_batches` and the replay of a set raise.
    """
    from ticketbench.edge.replay.together import replay_each

    name = refresh_name(inputs)
    with answer_source(inputs, mode=mode, budget=budget, tell=tell) as sources:
        cache = sources.cache
        if mode == "refresh":
            sources = sources.otherwise(since=cache.begin_refresh(name))
        batched = in_batches(inputs, sources, wishes, tell=tell, progress=progress)
        sets, sources = inputs.rubric_sets, batched.sources
        replayed = replay_each(inputs.dataset, sets, sources, progress=progress)
        failures = [failure for one in replayed for failure in one.table.failures]
        if mode == "refresh" and all(failure.kind == "refused" for failure in failures):
            cache.end_refresh(name)
        unfinished = mode != "refresh" and cache.refresh_began(name) is not None
        efforts = efforts_of(inputs, sources)
        origins = origins_of(inputs.dataset, sets, replayed, sources)
    answers = tuple(map(SetAnswers.of, replayed))
    return Answered(answers, replayed, unfinished, origins, efforts, batched)

"""What the starting process alone does with a part: it asks for what is missing, or says why it is.

Workers never ask: whoever holds a key of an endpoint is here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ticketbench.core.errors import InputError
from ticketbench.core.types import Dataset
from ticketbench.edge.answers.parts.by_key import RecordedByKey
from ticketbench.edge.replay.every_ticket import explained, replay_stored
from ticketbench.edge.replay.source import Sources
from ticketbench.edge.replay.together import ProgressOf, replay_each
from ticketbench.flow.parts.tickets.task import (
    AnsweredTickets,
    CountedTickets,
    SourcesOf,
    TicketTask,
    beside_recorded,
    counted,
)
from ticketbench.flow.steps.inputs import ReadParts
from ticketbench.flow.steps.sources.answers import answer_source, refresh_name

if TYPE_CHECKING:
    from ticketbench.edge.asking.pacing import Budget
    from ticketbench.edge.replay.source import Mode


@dataclass(frozen=True, slots=True)
class Asker:
    """Counts a part anew, with answers or reasons for what is not stored."""

    inputs: ReadParts
    sources: Sources
    recorded: RecordedByKey | None
    progress: ProgressOf | None

    def asked(self, task: TicketTask) -> CountedTickets:
        """The part, with the answers that endpoints give to what is missing; stored at once."""

        def answered(dataset: Dataset) -> AnsweredTickets:
            sources, rubric_sets = self._sources_of(dataset), self.inputs.rubric_sets
            replayed = replay_each(dataset, rubric_sets, sources, progress=self.progress)
            return task.told(dataset, replayed, sources)

        return counted(task, answered)

    def explained(self, task: TicketTask) -> CountedTickets:
        """The part from what is stored, with why an answer is missing."""

        def answered(dataset: Dataset) -> AnsweredTickets:
            sources, rubric_sets = self._sources_of(dataset), self.inputs.rubric_sets
            stored = replay_stored(dataset, rubric_sets, sources.otherwise(explains=False))
            if self.recorded is not None:
                sources = sources.otherwise(recording=self.recorded)
            replayed = [
                explained(found, dataset, one, sources.of(one))
                for found, one in zip(stored, rubric_sets, strict=True)
            ]
            return task.told(dataset, replayed, sources)

        return counted(task, answered)

    @property
    def _sources_of(self) -> SourcesOf:
        return beside_recorded(self.sources, self.inputs.rubric_sets, self.recorded)


@contextmanager
def asker(
    inputs: ReadParts,
    recorded: Path | None,
    *,
    mode: Mode,
    budget: Budget | None,
    progress: ProgressOf | None,
    tell: Callable[[str], None] | None,
) -> Iterator[Asker]:
    """Whoever asks, with the recording by key; in strict replay nobody, who explains.

    Raises InputError where a batch is open, whose questions would be paid twice, and what
    `answer_source` raises.
    """
    with ExitStack() as stack:
        sources = stack.enter_context(
            answer_source(inputs, mode=mode, budget=budget, remembers=False, tell=tell)
        )
        by_key = stack.enter_context(RecordedByKey(recorded)) if recorded else None
        own = {
            name: replace(one, recording={}, refused=dict) for name, one in sources.by_set.items()
        }
        sources = replace(sources, by_set=own)
        if mode != "replay":
            _refuse_open_batches(sources)
        if mode == "refresh":
            began = sources.cache.begin_refresh(refresh_name(inputs))
            sources = sources.otherwise(since=began)
        yield Asker(inputs, sources, by_key, progress)


def _refuse_open_batches(sources: Sources) -> None:
    urls = {one.url for one in sources.by_set.values()}
    for batch in sources.cache.open_batches():
        if batch.url in urls:
            what = f"{batch.shown}, is open, and tickets in parts wait for none"
            help_ = "read it first: run a config whose dataset is one file"
            raise InputError(what, help=help_)

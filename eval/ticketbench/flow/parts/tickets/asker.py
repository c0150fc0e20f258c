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
from ticketbench.edge.endpoints import is_local
from ticketbench.edge.replay.every_ticket import explained, replay
from ticketbench.edge.replay.source import Sources
from ticketbench.edge.replay.together import ProgressOf, replay_each
from ticketbench.flow.parts.tickets.task import (
    AnsweredTickets,
    CountedTickets,
    SourceOf,
    TicketTask,
    beside_recorded,
    counted,
    origins_in_parts,
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
        # What is asked now tells how it came, whether or not what was stored before does.
        sets = [
            replace(one, recorded=one.recorded or frozenset())
            for one in task.sets
            if not is_local(one.url)
        ]

        def answered(dataset: Dataset) -> AnsweredTickets:
            by_set = {name: of(dataset) for name, of in self._of_sets().items()}
            sources = replace(self.sources, by_set=by_set)
            rubric_sets = self.inputs.rubric_sets
            replayed = replay_each(dataset, rubric_sets, sources, progress=self.progress)
            own = [(one, by_set[one.rubrics.name]) for one in sets]
            return AnsweredTickets(replayed, origins_in_parts(dataset, own))

        return counted(task, answered)

    def explained(self, task: TicketTask) -> CountedTickets:
        """The part from what is stored, with why an answer is missing."""
        return counted(task, self._explained)

    def _explained(self, dataset: Dataset) -> AnsweredTickets:
        found = []
        for rubrics in self.inputs.rubric_sets:
            source = self._of_sets()[rubrics.name](dataset)
            stored = replay(dataset, rubrics, replace(source, explains=False))
            every = source if self.recorded is None else replace(source, recording=self.recorded)
            found.append(explained(stored, dataset, rubrics, every))
        return AnsweredTickets(found, ())

    def _of_sets(self) -> dict[str, SourceOf]:
        return {
            rubrics.name: beside_recorded(self.sources.of(rubrics), rubrics, self.recorded)
            for rubrics in self.inputs.rubric_sets
        }


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

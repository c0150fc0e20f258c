"""What is done with one part of tickets, here or on another machine: read, answered from what is
stored, and counted under every rubric set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import combinations, compress, starmap
from operator import add
from pathlib import Path

import numpy as np

from ticketbench.core.policy import Policy
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import BoolArray, Dataset, IntArray, ScoreTable
from ticketbench.edge.answers.cache import AnswerCache
from ticketbench.edge.answers.parts.by_key import RecordedByKey
from ticketbench.edge.parts.ticket_counts import TicketCounts, counts_of
from ticketbench.edge.parts.tickets import AT_ONCE, TicketRows, some_tickets
from ticketbench.edge.replay.every_ticket import Replayed, replay_stored
from ticketbench.edge.replay.questions import questions
from ticketbench.edge.replay.source import Source, Sources
from ticketbench.edge.results.predictions import with_listed
from ticketbench.flow.answers.origin import OfSet, origins_in_parts
from ticketbench.flow.arithmetic import sums_in_one_order
from ticketbench.flow.endpoints.answers import SetAnswers
from ticketbench.flow.parts.ids import TicketSum, keys_of, sum_of_tickets
from ticketbench.measure.parts.keys import keys
from ticketbench.measure.parts.pairs.joint import Joint, joint_statistics, merge_joint
from ticketbench.measure.parts.statistics import Statistics, merge, part_statistics


@dataclass(frozen=True, slots=True)
class AnsweredTickets:
    """The answers of every rubric set to some tickets, and how those came of which that is told."""

    replayed: Sequence[Replayed]
    origins: tuple[OfSet, ...]


Answered = Callable[[Dataset], AnsweredTickets]


_NOTHING = AnsweredTickets((), ())


@dataclass(frozen=True, slots=True)
class SetOfTask:
    """A rubric set, and the URL that it was asked at; `recorded` are the models that a recording
    names there, None where no answer tells how it came.
    """

    rubrics: RubricSet
    url: str
    recorded: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class TicketTask:
    """A part to be counted: how its tickets are read, and where their answers are stored.

    It goes to other machines as it is, so it holds no ticket, no text but rubrics, and no key.
    `recorded` is the recording by key, None where there is none.
    """

    part: Path
    rows: TicketRows
    sets: tuple[SetOfTask, ...]
    cache: Path
    recorded: Path | None
    policy: Policy
    seed: int
    at_once: int = AT_ONCE

    def told(
        self, dataset: Dataset, replayed: Sequence[Replayed], sources: Sources
    ) -> AnsweredTickets:
        """The answers to some tickets, with how they came."""
        rubric_sets = [one.rubrics for one in self.sets]
        recorded = {one.url: one.recorded for one in self.sets}
        origins = origins_in_parts(dataset, replayed, rubric_sets, sources, recorded)
        return AnsweredTickets(replayed, origins)

    def resolved(self) -> TicketTask:
        """The same task, whose files are found from any folder."""
        return replace(
            self,
            part=self.part.resolve(),
            rows=self.rows.resolved(),
            cache=self.cache.resolve(),
            recorded=self.recorded and self.recorded.resolve(),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Some tickets counted: under each set, and under each pair of sets in their order."""

    sets: tuple[Statistics, ...]
    joints: tuple[Joint, ...]

    def __add__(self, other: Sums) -> Sums:
        """Both together, in any order."""
        return Sums(
            tuple(map(merge, self.sets, other.sets)),
            tuple(map(merge_joint, self.joints, other.joints)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class CountedTickets:
    """What a part says.

    sums     None where no row of it meets the conditions
    counts   what its tickets are
    ids, groups  the keys of its tickets, and of their groups, each once and ascending
    tickets  the sum that tells which tickets they are
    met      the values that each condition asks for and found
    answers  how each set was answered
    origins  how the answers came, of the sets of which that is told
    """

    part: Path
    sums: Sums | None
    counts: TicketCounts
    ids: IntArray
    groups: IntArray
    tickets: TicketSum
    met: tuple[frozenset[str], ...]
    answers: tuple[SetAnswers, ...]
    origins: tuple[OfSet, ...]

    def without_sums(self) -> CountedTickets:
        """The same where the sums went elsewhere."""
        return replace(self, sums=None)

    @property
    def n_failed(self) -> int:
        """Answers that are missing, over all sets."""
        return sum(one.n_failed for one in self.answers)


def counted_from_stored(task: TicketTask) -> CountedTickets:
    """Read, answer and count one part from what is stored alone; nothing outlives it but counts.

    Raises InputError that names the part for what is wrong in it.
    """
    rubric_sets = [one.rubrics for one in task.sets]
    with _stored(task) as sources_of:

        def answered(dataset: Dataset) -> AnsweredTickets:
            sources = sources_of(dataset)
            return task.told(dataset, replay_stored(dataset, rubric_sets, sources), sources)

        return counted(task, answered)


def counted(task: TicketTask, answered: Answered) -> CountedTickets:
    """Read one part and count what `answered` says of its tickets, some rows after the other."""
    sums_in_one_order()  # this may be another machine, with another number of threads
    try:
        return _counted(task, answered)
    except Exception as error:
        error.add_note(f"in the part {task.part}")
        raise


SourcesOf = Callable[[Dataset], Sources]
"""Where the answers to some tickets come from."""


@contextmanager
def _stored(task: TicketTask) -> Iterator[SourcesOf]:
    """Where stored answers come from: nothing is asked, and nothing that is missing explained."""
    with ExitStack() as stack:
        cache = stack.enter_context(AnswerCache(task.cache, reads_only=True))
        recorded = stack.enter_context(RecordedByKey(task.recorded)) if task.recorded else None
        own = {
            one.rubrics.name: Source(one.url, cache, {}, "replay", explains=False)
            for one in task.sets
        }
        yield beside_recorded(Sources(cache, own), [one.rubrics for one in task.sets], recorded)


def beside_recorded(
    sources: Sources, rubric_sets: Sequence[RubricSet], recorded: RecordedByKey | None
) -> SourcesOf:
    """`sources` with what is recorded of the tickets that they are asked about."""
    if recorded is None:
        return lambda dataset: sources

    def of(dataset: Dataset) -> Sources:
        asked = (questions(dataset, one, sources.of(one).url) for one in rubric_sets)
        wanted = {key for one in asked for key in (*one.position, *one.in_file)}
        refused = recorded.refusals(wanted)
        return sources.otherwise(recording=recorded.some(wanted), refused=lambda: refused)

    return of


def _counted(task: TicketTask, answered: Answered) -> CountedTickets:
    found: CountedTickets | None = None
    for some in some_tickets(task.part, task.rows, at_once=task.at_once):
        dataset = some.loaded.dataset
        tickets = dataset.tickets
        given = answered(dataset) if tickets else _NOTHING
        ids = keys_of([ticket.id for ticket in tickets])
        own = CountedTickets(
            part=task.part,
            sums=_sums(dataset, ids, given.replayed, task) if tickets else None,
            counts=counts_of(some.loaded),
            ids=ids,
            groups=_keys_of_groups(dataset),
            tickets=sum_of_tickets(tickets),
            met=some.met,
            answers=tuple(map(SetAnswers.of, given.replayed)),
            origins=given.origins,
        )
        found = own if found is None else _both(found, own)
    assert found is not None, "a part is read at least once"
    return replace(found, ids=np.sort(found.ids), groups=np.unique(found.groups))


def _both(one: CountedTickets, later: CountedTickets) -> CountedTickets:
    both_answers = zip(one.answers, later.answers, strict=bool(one.answers and later.answers))
    both_origins = zip(one.origins, later.origins, strict=bool(one.origins and later.origins))
    return CountedTickets(
        part=one.part,
        sums=_both_sums(one.sums, later.sums),
        counts=one.counts + later.counts,
        ids=np.concatenate((one.ids, later.ids)),
        groups=np.concatenate((one.groups, later.groups)),
        tickets=one.tickets + later.tickets,
        met=tuple(a | b for a, b in zip(one.met, later.met, strict=True)),
        answers=tuple(starmap(add, both_answers)) or one.answers or later.answers,
        origins=tuple(starmap(add, both_origins)) or one.origins or later.origins,
    )


def _both_sums(one: Sums | None, other: Sums | None) -> Sums | None:
    """Both together, where there are both."""
    return one + other if one is not None and other is not None else one or other


def _sums(dataset: Dataset, ids: IntArray, replayed: Sequence[Replayed], task: TicketTask) -> Sums:
    """The counts of these tickets, whose keys are `ids`."""
    policy, seed = task.policy, task.seed
    tables = [with_listed(one.table, dataset) for one in replayed]
    groups = [_groups_of(table, dataset) for table in tables]
    return Sums(
        tuple(
            part_statistics(table, policy, seed=seed, groups=own, ids=ids[_scored(table, dataset)])
            for table, own in zip(tables, groups, strict=True)
        ),
        tuple(
            joint_statistics(tables[i], tables[j], policy, seed=seed, groups=groups[i])
            for i, j in combinations(range(len(tables)), 2)
        ),
    )


def _scored(table: ScoreTable, dataset: Dataset) -> BoolArray:
    """Which tickets have an answer."""
    failed = {failure.ticket_id for failure in table.failures}
    return np.array([ticket.id not in failed for ticket in dataset.tickets], dtype=np.bool_)


def _groups_of(table: ScoreTable, dataset: Dataset) -> list[str | None] | None:
    """The group of each ticket that has an answer; None where no ticket is in one."""
    groups = [ticket.group for ticket in dataset.tickets]
    if not any(groups):
        return None
    return list(compress(groups, _scored(table, dataset).tolist()))


def _keys_of_groups(dataset: Dataset) -> IntArray:
    """Of every named group once."""
    names = {ticket.group for ticket in dataset.tickets if ticket.group is not None}
    return np.sort(keys(names))

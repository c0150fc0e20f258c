"""The sets of several endpoints replayed together: the wait is that for the slowest one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from queue import SimpleQueue

from ticketbench.core.errors import EndpointError
from ticketbench.core.rubrics import RubricSet
from ticketbench.core.types import Dataset
from ticketbench.edge.answers.batch_writer import start
from ticketbench.edge.asking.pacing import Stop
from ticketbench.edge.replay.every_ticket import Replayed, replay, replay_stored
from ticketbench.edge.replay.many_questions import LAST_WORDS_S, Progress
from ticketbench.edge.replay.source import Sources, requests_each

ProgressOf = Callable[[str], Progress | None]
"""From a rubric set's name to a progress callback."""


def replay_each(
    dataset: Dataset,
    rubric_sets: Sequence[RubricSet],
    sources: Sources,
    *,
    progress: ProgressOf | None = None,
) -> list[Replayed]:
    """The replay of every set, in the order given. Endpoints are asked at the same time, the sets
    of one after each other, so that what comes out does not depend on who answers first. A strict
    one reads the stored answers of all sets together.

    Raises what `replay` raises. An endpoint that cannot be asked any further ends the run, but not
    before every other one was asked, whose answers are kept; of several such errors that of the
    first set is raised. Any other error, and a signal, stops them all.
    """
    if all(sources.of(rubrics).mode == "replay" for rubrics in rubric_sets):
        return replay_stored(dataset, rubric_sets, sources)
    stop = Stop()
    sources = sources.otherwise(stop=stop)
    by_url: dict[str, list[RubricSet]] = {}
    for rubrics in rubric_sets:
        by_url.setdefault(sources.of(rubrics).url, []).append(rubrics)

    def answered(own: Iterable[RubricSet]) -> list[Replayed]:
        return [
            replay(
                dataset,
                one,
                sources.of(one),
                progress=progress(_shown(one, sources.of(one).url)) if progress else None,
            )
            for one in own
        ]

    if len(by_url) == 1:
        return answered(rubric_sets)
    found = _at_once(answered, list(by_url.values()), stop, wait_s=sources.longest_s)
    by_name = {one.table.provenance.rubric_set: one for own in found for one in own}
    return [by_name[rubrics.name] for rubrics in rubric_sets]


def _shown(rubrics: RubricSet, url: str) -> str:
    """What the progress of a set is called: its name, and where a question takes several requests,
    how many.
    """
    each = requests_each(url, len(rubrics.labels))
    return rubrics.name if each == 1 else f"{rubrics.name} ({each} requests a question)"


def _at_once(
    answered: Callable[[list[RubricSet]], list[Replayed]],
    endpoints: Sequence[list[RubricSet]],
    stop: Stop,
    *,
    wait_s: float,
) -> list[list[Replayed]]:
    """What each endpoint answered, in a thread each. Where all have to stop, those in flight are
    waited for no longer than `wait_s`, and no thread keeps the process from ending.
    """
    done = SimpleQueue[tuple[int, list[Replayed] | BaseException]]()

    def work(i: int) -> None:
        try:
            done.put((i, answered(endpoints[i])))
        except BaseException as error:  # noqa: BLE001 - raised where outcomes are read
            done.put((i, error))

    found: dict[int, list[Replayed]] = {}
    broken: dict[int, EndpointError] = {}
    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(len(endpoints))]
    try:
        for thread in threads:
            start(thread)
        for _ in threads:
            i, outcome = done.get()
            if isinstance(outcome, EndpointError):
                broken[i] = outcome
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                found[i] = outcome
    finally:
        stop.set()
        until = time.monotonic() + wait_s + 2 * LAST_WORDS_S
        for thread in threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))
    if broken:
        raise broken[min(broken)]
    return [found[i] for i in range(len(endpoints))]

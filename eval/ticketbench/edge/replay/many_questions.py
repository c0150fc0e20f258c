"""Asking many questions at once, and a few of them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue

from ticketbench.core.errors import EndpointError
from ticketbench.core.types import Failure
from ticketbench.edge.answers.guard import WrongPage
from ticketbench.edge.asking.one_question import Breaker, ask_until_answered
from ticketbench.edge.asking.pacing import Pace, Slots, Stop, Unanswered
from ticketbench.edge.contract import parse_answer
from ticketbench.edge.endpoints import Reply, is_local
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.replay.drift import Drift, drift, questions_to_check
from ticketbench.edge.replay.questions import Questions
from ticketbench.edge.replay.source import Answers, Source

Progress = Callable[[int, int], None]
"""Called with the number of questions answered or given up, and the number to ask."""


def ask_all(
    asked: Questions,
    source: Source,
    answers: Answers,
    missing: list[int],
    progress: Progress | None,
) -> None:
    """Ask every missing question; an unusable answer is replaced, not read again."""
    asking = _Asking(asked, source, frozenset(answers.failures))
    outcomes = _in_threads(asking.ask, missing, source.concurrency, asking.stop)
    for done, (number, outcome) in enumerate(outcomes, start=1):
        if isinstance(outcome, Failure):
            answers.failures[number] = outcome
        else:
            answers.scores[number] = outcome
            answers.failures.pop(number, None)
        if progress is not None:
            progress(done, len(missing))


class _Asking:
    """What the threads of one replay share."""

    def __init__(self, asked: Questions, source: Source, unusable: frozenset[int]) -> None:
        self._asked, self._source, self._unusable = asked, source, unusable
        self._pace, self._slots = Pace(source.per_second), Slots(source.concurrency)
        self._breaker = Breaker(shown_url(source.url))
        self.stop = Stop()

    def ask(self, number: int) -> Sequence[float] | Failure:
        """Scores, or why there are none; raises what must stop the run."""
        try:
            return self._outcome(number)
        except EndpointError as error:
            self.stop.set()  # before this thread takes another question
            raise error.located(self._source.url) from None
        except BaseException:
            self.stop.set()
            raise

    def _outcome(self, number: int) -> Sequence[float] | Failure:
        body = self._asked.body(number)
        try:
            reply = ask_until_answered(
                lambda: self._send(number, body),
                retry=self._source.retry,
                pace=self._pace,
                stop=self.stop,
                slots=self._slots,
            )
        except Unanswered as error:
            if error.kind != "not_run":
                self._breaker.record(error)
            return Failure("", error.kind, error.status, error.detail)
        self._breaker.record(None)
        return parse_answer(reply.body, self._asked.rubrics.labels).scores

    def _send(self, number: int, body: bytes) -> Reply:
        self._source.budget.take(body)
        again = self._source.mode == "refresh" or number in self._unusable
        try:
            return self._source.cache.ask(self._source.url, body, refresh=again)
        except WrongPage as error:
            self._breaker.page(str(error))
            raise


def check_drift(asked: Questions, source: Source, answers: Answers, missing: list[int]) -> Drift:
    """Ask a few questions again at the end of a run; see `drift.py`.

    Some that were stored before, if there are any, show a change since then; the first ones of
    this run show a change while it went on.
    """
    stopped = any(failure.kind == "not_run" for failure in answers.failures.values())
    n = 0 if stopped or is_local(source.url) else questions_to_check(len(missing))
    new = set(missing)
    old = [number for number in range(len(asked)) if number not in new][: max(1, n // 2)]
    chosen = [*old, *(number for number in missing if number not in answers.failures)][:n]
    keys = asked.keys
    known = source.cache.read(keys[number] for number in chosen)[0]
    if source.mode != "refresh":
        known |= {
            key: source.recording[key]
            for key in map(keys.__getitem__, chosen)
            if key in source.recording
        }
    bodies = {asked.body(i): known[keys[i]].content for i in chosen if keys[i] in known}

    def again(body: bytes) -> Reply:
        source.budget.take(body)
        return source.cache.ask_unstored(source.url, body)

    return drift(bodies, asked.rubrics.labels, again)


def _in_threads(
    ask: Callable[[int], Sequence[float] | Failure],
    numbers: list[int],
    concurrency: int,
    stop: Stop,
) -> Iterator[tuple[int, Sequence[float] | Failure]]:
    """Outcomes as they come; the first error stops the rest, but for those in flight."""
    pool = ThreadPoolExecutor(concurrency)
    running: dict[Future[Sequence[float] | Failure], int] = {}
    done: SimpleQueue[Future[Sequence[float] | Failure]] = SimpleQueue()
    remaining = iter(numbers)

    def start(count: int) -> None:
        for number in islice(remaining, count):
            future = pool.submit(ask, number)
            running[future] = number
            future.add_done_callback(done.put)

    try:
        start(2 * concurrency)
        while running:
            future = done.get()
            yield running.pop(future), future.result()
            start(1)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)

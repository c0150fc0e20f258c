"""Asking many questions at once, and a few of them again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import SimpleQueue

from ticketbench.core.classify import ContractViolation, parse_answer
from ticketbench.core.errors import EndpointError
from ticketbench.core.types import Failure
from ticketbench.edge.answers.batch_writer import start
from ticketbench.edge.answers.guard import WrongPage
from ticketbench.edge.asking.one_question import Breaker, ask_until_answered
from ticketbench.edge.asking.pacing import Pace, Slots, Stop, Unanswered
from ticketbench.edge.contract import body_function
from ticketbench.edge.endpoints import Reply, is_local
from ticketbench.edge.redaction import shown_url
from ticketbench.edge.replay.drift import Drift, drift, questions_to_check
from ticketbench.edge.replay.questions import Questions
from ticketbench.edge.replay.source import Answers, Source, requests_at, requests_each

Progress = Callable[[int, int], None]
"""Called with the number of questions answered or given up, and the number to ask."""

Outcome = Sequence[float] | Failure
"""The scores of a question, or why there are none."""

LAST_WORDS_S = 0.5
"""What a thread may need, beyond its request, to store the answer."""


def ask_all(
    asked: Questions,
    source: Source,
    answers: Answers,
    missing: list[int],
    progress: Progress | None,
) -> None:
    """Ask every missing question; an unusable answer is replaced, not read again."""
    asking = _Asking(asked, source, frozenset(answers.failures))
    outcomes = _in_threads(asking, missing, source)
    for done, (number, outcome) in enumerate(outcomes, start=1):
        if isinstance(outcome, Failure):
            answers.failures[number] = outcome
        else:
            answers.scores[number] = outcome
            answers.failures.pop(number, None)
        if progress is not None:
            progress(done, len(missing))
    answers.stopped = asking.stopped or answers.stopped


class _Asking:
    """What the threads of one replay share."""

    def __init__(self, asked: Questions, source: Source, unusable: frozenset[int]) -> None:
        self._asked, self._source, self._unusable = asked, source, unusable
        self._sent, self._body = requests_at(source.url), body_function(asked.rubrics)
        each = requests_each(source.url, len(asked.rubrics.labels))
        rate = source.per_second and source.per_second / each
        self._pace, self._slots = Pace(rate), Slots(source.concurrency)
        self._breaker = Breaker(shown_url(source.url))
        self._limit = self._last = ""
        self.stop = Stop(within=source.stop)

    @property
    def stopped(self) -> str:
        """Which limit was reached, and the last failure; empty while none was."""
        last = f"; the last failure: {self._last}" if self._last else ""
        return f"{self._limit}{last}" if self._limit else ""

    def stored_meanwhile(self, missing: Sequence[int]) -> Iterator[tuple[int, bytes | None]]:
        """Each question with the answer that another run stored after this one looked, if any; as
        many are looked up at once as are asked at once.
        """
        keys, cache, n = self._asked.keys, self._source.cache, self._source.concurrency
        for part in (missing[i : i + n] for i in range(0, len(missing), n)):
            fresh = () if self._source.mode == "refresh" else set(part) - self._unusable
            found = dict(cache.contents({keys[number] for number in fresh}))
            for number in part:
                yield number, found.get(keys[number])

    def outcome(self, number: int, stored: bytes | None) -> Outcome:
        """The scores in what is stored, where it is valid, else those in what the endpoint answers,
        or why there are none; raises what must stop the run.
        """
        if stored is not None:
            with suppress(ContractViolation):
                return parse_answer(stored, self._asked.rubrics.labels).scores
        try:
            return self._answered(number)
        except EndpointError as error:
            raise error.located(shown_url(self._source.url)) from None

    def _answered(self, number: int) -> Outcome:
        if self._limit:  # waiting for a turn of each of many others would take hours
            return Failure("", "not_run", 0, self._limit)
        text, begun = self._asked.text(number), self._breaker.begin()
        body = self._body(text)
        try:
            reply = ask_until_answered(
                lambda: self._send(body),
                text=text,
                retry=self._source.retry,
                pace=self._pace,
                stop=self.stop,
                slots=self._slots,
            )
        except Unanswered as error:
            if error.kind == "not_run":
                self._limit = error.detail
            else:
                self._breaker.record(error, begun=begun)
            known = error.before or error
            if known.kind != "not_run":
                self._last = known.detail
            return Failure("", known.kind, known.status, known.detail)
        self._breaker.record(None, begun=begun)
        return reply.answer.scores

    def _send(self, body: bytes) -> Reply:
        self._source.budget.take(*self._sent(body))
        try:
            return self._source.cache.ask(self._source.url, body)
        except WrongPage as error:
            self._breaker.page(str(error))
            raise


def check_drift(asked: Questions, source: Source, answers: Answers, missing: list[int]) -> Drift:
    """Ask a few questions again at the end of a run; see `drift.py`.

    Some that were stored before, if there are any, show a change since then; some of this run,
    spread over it from the first on, show a change while it went on.
    """
    n = 0 if answers.stopped or is_local(source.url) else questions_to_check(len(missing))
    new = set(missing)
    old = [number for number in range(len(asked)) if number not in new]
    answered = [number for number in missing if number not in answers.failures]
    before = _spread(old, min(len(old), max(1, n // 2), n))
    chosen = [*before, *_spread(answered, min(len(answered), n - len(before)))]
    keys = asked.keys
    known = source.cache.read(keys[number] for number in chosen)[0]
    if source.mode != "refresh":
        known |= {
            key: source.recording[key]
            for key in map(keys.__getitem__, chosen)
            if key in source.recording
        }
    bodies = {asked.body(i): known[keys[i]] for i in chosen if keys[i] in known}
    sent = requests_at(source.url)

    def again(body: bytes) -> Reply:
        source.stop.sleep(0)
        source.budget.take(*sent(body))
        return source.cache.ask_unstored(source.url, body)

    return drift(bodies, asked.rubrics.labels, again, noise=source.noise)


def _spread(numbers: Sequence[int], n: int) -> list[int]:
    """`n` of `numbers` at even distances, the first among them."""
    return [numbers[i * len(numbers) // n] for i in range(n)]


def _in_threads(
    asking: _Asking, numbers: list[int], source: Source
) -> Iterator[tuple[int, Outcome]]:
    """Outcomes as they come; the first error stops the rest, but for those in flight, also where a
    thread cannot start. Raises Unanswered where somebody else stopped them.

    These are waited for as long as a request may take and no longer: a thread that looks up a name
    can wait for minutes, and none of them keeps the process from ending.
    """
    left, stop, taking = asking.stored_meanwhile(numbers), asking.stop, threading.Lock()
    done = SimpleQueue[tuple[int, Outcome] | BaseException | None]()

    def work() -> None:
        while not stop.is_set():
            try:
                with taking:
                    number, stored = next(left, (None, None))
                if number is None:
                    break
                done.put((number, asking.outcome(number, stored)))
            except BaseException as error:  # noqa: BLE001 - raised where outcomes are read
                stop.set()  # before this thread takes another question
                done.put(error)
        done.put(None)

    n = min(source.concurrency, len(numbers))
    threads = [threading.Thread(target=work, daemon=True) for _ in range(n)]
    try:
        for thread in threads:
            start(thread)
        for _ in threads:
            while (one := done.get()) is not None:
                if isinstance(one, BaseException):
                    raise one
                yield one
        stop.sleep(0)
    finally:
        stop.set()
        until = time.monotonic() + source.timeout_s + LAST_WORDS_S
        for thread in threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

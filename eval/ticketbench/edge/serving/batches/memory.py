"""The batches that a server has, in its memory: asked one after another, kept for whoever comes."""

from __future__ import annotations

import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ticketbench.core.errors import TicketbenchError
from ticketbench.core.shapes.batch import (
    COMPLETED,
    FAILED,
    PROCESSING,
    QUEUED,
    Batch,
    Question,
    answer_line,
    failure_line,
)
from ticketbench.edge.serving.batches.conduct import Conduct
from ticketbench.edge.serving.shapes import classify
from ticketbench.edge.serving.shapes.model import Model
from ticketbench.edge.serving.shapes.problem import NOT_FOUND, NOT_YET, OVERLOADED, Problem

MOST_BATCHES = 16
MOST_KEPT_BYTES = 200_000_000
"""Of the questions that wait and the answers that are kept, of all batches together."""

_FAULT = "this question fails because the server was told so"


@dataclass(slots=True)
class _Kept:
    """A batch; `questions` until they are answered, `output` from then on."""

    id: str
    number: int
    n: int
    due: float
    questions: Sequence[Question]
    n_bytes: int
    begun: bool = False
    failed: bool = False
    output: bytes | None = None

    def state(self, now: float) -> str:
        if self.failed:
            return FAILED
        if self.output is not None and now >= self.due:
            return COMPLETED
        return PROCESSING if self.begun else QUEUED


class Batches:
    """One engine's batches, at most 16 at a time; safe to use from threads.

    They are worked off in one thread, so that single questions keep the rest of the machine. When
    there is no room, the oldest that is over makes place. `close` ends the work.
    """

    def __init__(
        self, conduct: Conduct | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._conduct, self._clock = conduct or Conduct(), clock
        self._kept: dict[str, _Kept] = {}
        self._n_taken = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="batches")

    def add(self, model: Model, questions: Sequence[Question]) -> Batch:
        """Take a batch, to be answered by `model`. Raises Problem where there is no room."""
        n_bytes = sum(len(one.body) + len(one.custom_id) for one in questions)
        with self._lock:
            self._make_room(n_bytes)
            self._n_taken += 1
            due = self._clock() + self._conduct.delay_s
            # Not to be guessed, and never that of a server before this one.
            batch_id = f"batch_{secrets.token_hex(12)}"
            kept = _Kept(batch_id, self._n_taken, len(questions), due, questions, n_bytes)
            self._kept[batch_id] = kept
            self._worker.submit(self._answer, model, kept)
            return Batch(batch_id, QUEUED, kept.n)

    def found(self, batch_id: str) -> Batch:
        """How far a batch is. Raises Problem where there is none of this id."""
        with self._lock:
            kept = self._known(batch_id)
            return Batch(kept.id, kept.state(self._clock()), kept.n)

    def output(self, batch_id: str) -> bytes:
        """The answers of a completed batch, a line each. Raises Problem before it is."""
        with self._lock:
            kept = self._known(batch_id)
            state = kept.state(self._clock())
        if state != COMPLETED or kept.output is None:
            raise Problem(NOT_YET, f"the batch is {state}, not completed: no output yet")
        return kept.output

    def close(self) -> None:
        """End after the question that is being answered; the others of all batches get none."""
        self._stop.set()
        self._worker.shutdown(cancel_futures=True)

    def _known(self, batch_id: str) -> _Kept:
        if batch_id not in self._kept:
            raise Problem(NOT_FOUND, "no batch of this id; newer ones take the place of older ones")
        return self._kept[batch_id]

    def _make_room(self, n_bytes: int) -> None:
        """Forget the oldest that are over. Raises Problem where those do not suffice."""
        now = self._clock()
        over = [k for k in self._kept.values() if k.state(now) in (COMPLETED, FAILED)]
        while not self._has_room(n_bytes):
            if not over:
                raise Problem(OVERLOADED, f"{len(self._kept)} batches are at work; come back later")
            del self._kept[over.pop(0).id]

    def _has_room(self, n_bytes: int) -> bool:
        total = n_bytes + sum(kept.n_bytes for kept in self._kept.values())
        return len(self._kept) < MOST_BATCHES and total <= MOST_KEPT_BYTES

    def _answer(self, model: Model, kept: _Kept) -> None:
        kept.begun = True
        try:
            lines = self._lines(model, kept)
        except Exception as error:  # noqa: BLE001 - a bug must not leave the batch at work for ever
            sys.stderr.write(f"error: this is a bug in ticketbench ({type(error).__name__})\n")
            lines, kept.failed = [], True
        if self._stop.is_set():
            return
        output = b"".join(self._conduct.ordered(lines, batch=kept.number))
        with self._lock:
            kept.questions, kept.output, kept.n_bytes = (), output, len(output)

    def _lines(self, model: Model, kept: _Kept) -> list[bytes]:
        failing = self._conduct.failing(kept.n, batch=kept.number)
        found = []
        for i, question in enumerate(kept.questions):
            if self._stop.is_set():
                break
            fails = i in failing
            found.append(failure_line(question.custom_id, status=500, reason=_FAULT) if fails
                         else _answered(model, question))  # fmt: skip
        return found


def _answered(model: Model, question: Question) -> bytes:
    """The line of one question: what /classify answers to it, or refuses it with."""
    try:
        answer = classify.answer(model, question.body)
    except Problem as problem:
        return failure_line(question.custom_id, status=problem.status, reason=str(problem))
    except TicketbenchError as error:
        return failure_line(question.custom_id, status=500, reason=str(error))
    told = {name: answer[name] for name in ("top_label", "scores")}
    content = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return answer_line(question.custom_id, content.encode("utf-8"))

"""Asking about one text: within the budget, with at most one retry, behind the circuit."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from ticketbench.core.classify import (
    Answer,
    ContractViolation,
    Refused,
    other_rubrics,
    parse_answer,
    question,
)
from ticketbench.core.errors import EndpointError
from ticketbench.core.retry_after import asked_seconds
from ticketbench.production.asking.key import stands_in
from ticketbench.production.asking.transport import Received, Unreached

TYPE_CHECKING = False  # of our own: `typing` takes longer to load than the rest of this file
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ticketbench.core.rubrics import Rubric
    from ticketbench.core.shapes.contract import Asked as ShapeAsked
    from ticketbench.core.shapes.contract import Shape
    from ticketbench.production.asking.circuit import Circuit

    Post = Callable[[bytes, float], Received | tuple[int, bytes]]

_TRY_AGAIN = frozenset({429, 502, 503, 504, 529})
_SPEAKS_OF_THE_TEXT = frozenset({400, 413, 422})
"""Statuses that another text may well not get: they open no circuit."""
_LEFT_FOR_A_RETRY = 0.5
"""Share of the budget that must be left: less is too short for an answer."""


@dataclass(frozen=True)
class Asked:
    """A valid answer, or the reason why there is none.

    status    of the last answer that came, valid or not; None where none did
    attempts  questions sent
    """

    answer: Answer | None
    reason: str | None
    status: int | None = None
    attempts: int = 0


class Questions:
    """What is asked about a text, by whom, and for how long; for several threads.

    `key` is never kept of an answer, which may echo what was sent. `shape` is how the endpoint is
    asked, where that is not as /classify is; raises InputError for labels that it cannot ask about.
    """

    def __init__(
        self,
        rubrics: Sequence[Rubric],
        post: Post,
        circuit: Circuit,
        *,
        budget_s: float,
        key: str | None = None,
        shape: Shape | None = None,
    ) -> None:
        self._pairs = tuple((rubric.label, rubric.text) for rubric in rubrics)
        self._labels = tuple(label for label, _ in self._pairs)
        self._post, self._circuit, self._budget_s = post, circuit, budget_s
        self._key, self._shape = key, shape
        if shape is not None:
            shape.refuse_labels(self._pairs)

    def ask(self, text: object) -> Asked:
        """The answer about a text; nothing that the endpoint does is raised."""
        bodies = self._bodies(text)
        if bodies is None:
            return Asked(None, "input")
        trial = self._circuit.enter()
        if trial is None:
            return Asked(None, "circuit_open")
        answered: bool | None = None
        try:
            asked = self._within_budget(bodies)
            answered = _says_of_the_endpoint(asked)
            return asked
        finally:
            self._circuit.leave(trial=trial, answered=answered)

    def _bodies(self, text: object) -> list[bytes] | None:
        """The question, in one body but for ask=yesno1; None for what is no text, empty, or cannot
        be written in UTF-8.
        """
        if not isinstance(text, str) or not text.strip():
            return None
        try:
            if self._shape is None:
                return [question(text, self._pairs)]
            return self._shape.questions(self._asked(text))
        except UnicodeEncodeError:
            return None

    def _asked(self, text: str) -> ShapeAsked:
        from ticketbench.core.shapes.contract import Asked as ShapeAsked

        return ShapeAsked(text, self._pairs)

    def _within_budget(self, body: list[bytes]) -> Asked:
        until = time.monotonic() + self._budget_s
        asked, wait_s = self._once(body, self._budget_s, attempt=1)
        if wait_s is None:
            return asked
        left_s = until - time.monotonic()
        if left_s < _LEFT_FOR_A_RETRY * self._budget_s or wait_s >= left_s:
            return asked
        time.sleep(wait_s)
        return self._once(body, max(until - time.monotonic(), 0.001), attempt=2)[0]

    def _once(
        self, bodies: list[bytes], seconds: float, *, attempt: int
    ) -> tuple[Asked, float | None]:
        """What came, and how long to wait before asking again; None: it is of no use."""
        try:
            received = self._received(bodies, seconds)
            last = received[-1]
            if last.status != 200:
                asked = Asked(None, f"endpoint_http_{last.status}", last.status, attempt)
                again = last.status in _TRY_AGAIN
                wait_s = asked_seconds(last.retry_after, now=time.time()) if again else None
                return asked, wait_s
            return Asked(self._answer([one.body for one in received]), None, 200, attempt), None
        except Refused:
            return Asked(None, "refused", 200, attempt), None
        except (ContractViolation, EndpointError):
            return Asked(None, "endpoint_contract", 200, attempt), None
        except Unreached as error:
            again = error.reason == "endpoint_network"
            return Asked(None, error.reason, None, attempt), 0.0 if again else None
        except TimeoutError:
            return Asked(None, "endpoint_timeout", None, attempt), None
        except Exception:  # noqa: BLE001 - a transport of the caller may raise anything
            return Asked(None, "endpoint_network", None, attempt), 0.0

    def _received(self, bodies: list[bytes], seconds: float) -> list[Received]:
        """What came to each of the bodies, up to the first that failed."""
        until, found = time.monotonic() + seconds, list[Received]()
        for body in bodies:
            left_s = max(until - time.monotonic(), 0.001) if found else seconds
            came = self._post(body, left_s)
            found.append(came if isinstance(came, Received) else Received(*came))
            if found[-1].status != 200:
                break
        return found

    def _answer(self, contents: list[bytes]) -> Answer:
        content = contents[0]
        if self._shape is not None:
            content = self._shape.answer(contents, self._asked(""))
        answer = parse_answer(content, self._labels)
        if not any(answer.scores):
            raise ContractViolation("scores that are all zero decide nothing")
        problem = other_rubrics(answer, self._pairs)
        if problem:
            raise ContractViolation(problem)
        if answer.model and self._key and stands_in(self._key, answer.model):
            return replace(answer, model=None)
        return answer


def _says_of_the_endpoint(asked: Asked) -> bool | None:
    """Whether it answers; None for what it says of this text alone."""
    if asked.answer is not None:
        return True
    if asked.reason == "refused" or asked.status in _SPEAKS_OF_THE_TEXT:
        return None
    return False

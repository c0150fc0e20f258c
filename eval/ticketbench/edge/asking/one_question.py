"""Asking one question until it is answered or given up, and when the run must stop."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ticketbench.core.classify import ContractViolation, Refused, Unsuccessful
from ticketbench.core.errors import EndpointError
from ticketbench.core.retry_after import asked_seconds
from ticketbench.core.types import FailureKind
from ticketbench.edge.asking.pacing import Pace, Slots, Stop, Unanswered
from ticketbench.edge.contract import ValidReply
from ticketbench.edge.echo import without_text
from ticketbench.edge.endpoints import Reply, Unreached

_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_TOO_HARD = frozenset({429, 503, 529})
_OWN_FAULT = frozenset({400, 413, 422})
_UNPAID, _TOO_MANY = 402, 429
_USED_UP = rb'"(?:code|type)"\s*:\s*"?(?:3036|insufficient_quota)\b'
"""What Cloudflare and OpenAI say where waiting does not help, behind a sentence or two."""
"""Shorter runs are words that any message may have."""
_LONGEST_WAIT_S = 60.0
_MOST_IN_A_ROW = 10
_FIRST_FEW = 3
_ENOUGH, _MOST_SHARE = 50, 0.20


@dataclass(frozen=True, slots=True)
class Retry:
    """How often to ask, how long to wait in between (full jitter, doubling up to the cap), and
    after how many seconds of all that no further attempt is started.
    """

    attempts: int = 4
    base_s: float = 0.5
    cap_s: float = 20.0
    deadline_s: float = 180.0

    def wait_s(self, attempt: int) -> float:
        """A random time up to the doubled base; attempts count from 0."""
        return random.uniform(0, min(self.cap_s, self.base_s * 2**attempt))


class KeyRefused(EndpointError):
    """The endpoint wants a key, or another one."""


class Breaker:
    """Stops the run when questions fail for reasons beyond the questions themselves: ten in a
    row, more than a fifth of fifty or more, or a web page in place of one of the first answers.

    A question that fails is asked again and so takes longer than those that are answered: where
    many are in flight, failures come in a row although the server answers all the others. So only
    a question that saw no other answered since it began counts as one in a row.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._in_a_row = self._ended = self._failed = self._answered = 0

    def begin(self) -> int:
        """How many questions were answered before this one, which begins now."""
        return self._answered

    def record(self, failure: Unanswered | None, *, begun: int) -> None:
        """Count one question that began when `begun` were answered; raises EndpointError when the
        run must stop.

        A refusal, or a status that speaks of the question (400, 413, 422), does not count as a
        failure here.
        """
        of_question = failure and (failure.kind == "refused" or failure.status in _OWN_FAULT)
        failed = failure is not None and not of_question
        with self._lock:
            self._ended += 1
            self._failed += failed
            self._answered += not failed
            if not failed:
                self._in_a_row = 0
            elif begun == self._answered:
                self._in_a_row += 1
            reason = self._reason()
        if failure is not None and reason:
            raise self._error(f"{failure.detail}; {reason}")

    def page(self, detail: str) -> None:
        """Raise EndpointError when a web page came before three questions were over."""
        if self._ended < _FIRST_FEW:
            what = "the endpoint answers with a web page: a wrong URL, or a portal in between"
            raise self._error(f"{what}; {detail}")

    def _reason(self) -> str:
        if self._in_a_row >= _MOST_IN_A_ROW:
            return f"{_MOST_IN_A_ROW} questions in a row got no usable answer"
        if self._ended >= _ENOUGH and self._failed > _MOST_SHARE * self._ended:
            return f"{self._failed} of {self._ended} questions got no usable answer"
        return ""

    def _error(self, what: str) -> EndpointError:
        help_ = "check the URL and the server; finished answers are kept, run again"
        return EndpointError(what, where=self._url, help=help_)


def ask_until_answered(
    send: Callable[[], Reply], *, text: str, retry: Retry, pace: Pace, stop: Stop, slots: Slots
) -> ValidReply:
    """The first valid reply to a question about `text`, of which no message shows a part.

    Raises Unanswered when this question must be given up, and EndpointError when no question can
    succeed: refused key, redirect, no credit, a server that asks to wait longer than a minute, or
    one that says, to the last attempt, that the quota is used up.
    """
    deadline = time.monotonic() + retry.deadline_s
    before: Unanswered | None = None
    for attempt in range(retry.attempts):
        stop.sleep(pace.wait_s())
        with slots:
            stop.sleep(pace.held_s())
            outcome = _one_attempt(send, text, before)
        if isinstance(outcome, ValidReply):
            slots.grow()
            return outcome
        if outcome.failure.status in _TOO_HARD:
            slots.shrink()
            pace.hold(outcome.asked_s)
        before = outcome.failure
        wait_s = max(retry.wait_s(attempt), outcome.asked_s)
        last = attempt + 1 >= min(outcome.attempts, retry.attempts)
        if last or time.monotonic() + wait_s > deadline:
            raise used_up(outcome.failure.detail) if outcome.used_up else outcome.failure
        stop.sleep(wait_s)
    raise ValueError("a retry rule needs at least one attempt")


@dataclass(frozen=True, slots=True)
class _Failed:
    """A failed attempt: how often it is worth trying in all, the wait the server asked for, and
    whether it says that the quota is used up.
    """

    failure: Unanswered
    attempts: float = float("inf")
    asked_s: float = 0.0
    used_up: bool = False


def _one_attempt(
    send: Callable[[], Reply], text: str, before: Unanswered | None
) -> ValidReply | _Failed:
    try:
        reply = send()
    except Unanswered as limit:
        limit.before = before
        raise
    except Refused as error:
        return _Failed(Unanswered("refused", 200, str(error)), attempts=1)
    except ContractViolation as error:
        kind: FailureKind = "http" if isinstance(error, Unsuccessful) else "contract"
        failure = Unanswered(kind, 200, without_text(str(error), text))
        return _Failed(failure, attempts=float("inf") if error.passing else 1)
    except Unreached as error:
        return _Failed(Unanswered(error.kind, 0, str(error)), error.attempts or float("inf"))
    if isinstance(reply, ValidReply):
        return reply
    stop_if_hopeless(reply, text=text)
    said = f"status {reply.status}: {shown_text(reply, text=text)}"
    failure = Unanswered("http", reply.status, said)
    if reply.status not in _TRY_AGAIN:
        return _Failed(failure, attempts=1)
    asked_s = asked_wait_s(reply.retry_after)
    return _Failed(failure, asked_s=asked_s, used_up=is_used_up(reply))


def is_used_up(reply: Reply) -> bool:
    """Whether the server says that the quota is used up, so that waiting does not help."""
    return reply.status == _TOO_MANY and re.search(_USED_UP, reply.body) is not None


def used_up(detail: str) -> EndpointError:
    """The end of a run whose server says that the quota is used up."""
    help_ = "finished answers are kept, run again when there is quota"
    return EndpointError(f"the quota is used up ({detail})", help=help_)


def stop_if_hopeless(reply: Reply, *, text: str = "") -> None:
    """Raise EndpointError for a status after which no request can succeed: refused key, no credit,
    redirect. No part of `text` is shown.
    """
    said = f"status {reply.status}: {shown_text(reply, text=text)}"
    if reply.status in (401, 403):
        raise KeyRefused(
            f"the endpoint refused the key ({said})",
            help="check the key that was sent; nothing was lost",
        )
    if reply.status == _UNPAID:
        raise EndpointError(
            f"the endpoint wants to be paid ({said})",
            help="check plan and credit with whoever runs it; finished answers are kept, run again",
        )
    if 300 <= reply.status < 400:
        raise EndpointError(
            f"the endpoint redirects (status {reply.status}); redirects are not followed",
            help="write the final URL as `endpoint: {url: ...}` in the config",
        )


def asked_wait_s(retry_after: str | None) -> float:
    """Seconds a Retry-After header asks for, in either form; 0 when absent or unreadable.

    Raises EndpointError when it asks for more than a minute.
    """
    seconds = asked_seconds(retry_after, now=time.time())
    if seconds > _LONGEST_WAIT_S:
        raise EndpointError(
            f"the endpoint asks to wait {seconds:.0f} s",
            help="the quota may be used up; finished answers are kept, run again later",
        )
    return seconds


def shown_text(reply: Reply, *, text: str = "") -> str:
    """The first 200 printable characters of the server's text, without what it repeats of ours."""
    said = without_text(reply.body[:800].decode("utf-8", errors="replace"), text)
    shown = "".join(c if c.isprintable() else " " for c in said)[:200]
    named = "".join(c for c in reply.request_id if c.isalnum() or c in "-_")[:64]
    return f"{shown} (request {named})" if named else shown

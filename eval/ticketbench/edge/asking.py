"""Asking one question until it is answered or given up: retries, pace, and when to stop."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

import requests

from ticketbench.core.errors import EndpointError
from ticketbench.core.types import FailureKind
from ticketbench.edge.contract import ContractViolation
from ticketbench.edge.endpoints import Unreached

_TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_OWN_FAULT = frozenset({400, 413, 422})
_LONGEST_WAIT_S = 60.0
_MOST_IN_A_ROW = 10


class Unanswered(Exception):
    """This question got no usable answer; others may."""

    def __init__(self, kind: FailureKind, status: int, detail: str) -> None:
        super().__init__(detail)
        self.kind: FailureKind = kind
        self.status, self.detail = status, detail


@dataclass(frozen=True, slots=True)
class Retry:
    """How often to ask and how long to wait in between: full jitter, doubling up to the cap."""

    attempts: int = 4
    base_s: float = 0.5
    cap_s: float = 20.0

    def wait_s(self, attempt: int) -> float:
        """A random time up to the doubled base; attempts count from 0."""
        return random.uniform(0, min(self.cap_s, self.base_s * 2**attempt))


class Pace:
    """At most so many requests per second over all threads; None is no limit."""

    def __init__(self, per_second: float | None) -> None:
        self._gap_s = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def wait_s(self) -> float:
        """Take the next turn; seconds until it comes."""
        if not self._gap_s:
            return 0.0
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap_s
        return turn - now


class Stop:
    """Tells every thread that the run is over; waiting threads wake at once."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """The run is over."""
        self._event.set()

    def sleep(self, seconds: float) -> None:
        """Wait; raises Unanswered of kind `not_run` when the run is over first."""
        if self._event.wait(max(0.0, seconds)):
            raise Unanswered("not_run", 0, "the run stopped before this question")


class Breaker:
    """Stops the run when ten questions in a row failed for reasons beyond the question itself."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._in_a_row = 0

    def record(self, failure: Unanswered | None) -> None:
        """Count one question; raises EndpointError at the tenth failure in a row.

        A status that speaks of the question (400, 413, 422) does not count as a failure here.
        """
        failed = failure is not None and failure.status not in _OWN_FAULT
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if failed else 0
            if self._in_a_row >= _MOST_IN_A_ROW:
                last = failure.detail if failure else ""
                raise EndpointError(
                    f"{_MOST_IN_A_ROW} questions in a row got no usable answer; the last: {last}",
                    where=self._url,
                    help="check the URL and the server; finished answers are kept, run again",
                )


def ask_until_answered(
    send: Callable[[], requests.Response], *, retry: Retry, pace: Pace, stop: Stop
) -> requests.Response:
    """The first answer with status 200.

    Raises Unanswered when this question must be given up, and EndpointError when no question can
    succeed: refused key, redirect, or a server that asks to wait longer than a minute.
    """
    for attempt in range(retry.attempts):
        stop.sleep(pace.wait_s())
        try:
            response = send()
        except ContractViolation as error:
            raise Unanswered("contract", 200, str(error)) from None
        except Unreached as error:
            failure, asked_s = Unanswered(error.kind, 0, str(error)), 0.0
        else:
            if response.status_code == 200:
                return response
            _stop_if_hopeless(response)
            detail = f"status {response.status_code}: {_shown(response)}"
            failure = Unanswered("http", response.status_code, detail)
            if response.status_code not in _TRY_AGAIN:
                raise failure
            asked_s = asked_wait_s(response.headers.get("Retry-After"))
        if attempt == retry.attempts - 1:
            raise failure
        stop.sleep(max(retry.wait_s(attempt), asked_s))
    raise ValueError("a retry rule needs at least one attempt")


def _stop_if_hopeless(response: requests.Response) -> None:
    status = response.status_code
    if status in (401, 403):
        raise EndpointError(
            f"the endpoint refused the key (status {status}: {_shown(response)})",
            help="check the variable named by endpoint.key_env; nothing was lost",
        )
    if 300 <= status < 400:
        raise EndpointError(
            f"the endpoint redirects (status {status}); redirects are not followed",
            help="write the final URL under endpoint.url",
        )


def asked_wait_s(retry_after: str | None) -> float:
    """Seconds a Retry-After header asks for, in either form; 0 when absent or unreadable.

    Raises EndpointError when it asks for more than a minute.
    """
    text = (retry_after or "").strip()
    seconds = float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text) else _until(text)
    if not seconds > 0:
        return 0.0
    if seconds > _LONGEST_WAIT_S:
        raise EndpointError(
            f"the endpoint asks to wait {seconds:.0f} s",
            help="the quota may be used up; finished answers are kept, run again later",
        )
    return seconds


def _until(date: str) -> float:
    """Seconds until an HTTP date, which is in UTC also where it does not say so."""
    try:
        moment = parsedate_to_datetime(date)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _shown(response: requests.Response) -> str:
    """The first 200 printable characters of the server's text."""
    text = response.content[:800].decode("utf-8", errors="replace")
    return "".join(c if c.isprintable() else " " for c in text)[:200]

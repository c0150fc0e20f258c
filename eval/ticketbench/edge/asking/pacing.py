"""How hard an endpoint may be asked: requests a second, in flight, in all, and when to stop."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from types import TracebackType

from ticketbench.core.types import FailureKind

_ONE_BURST_S = 1.0


class Unanswered(Exception):
    """This question got no usable answer; others may.

    One of kind `not_run` holds in `before` why an earlier attempt failed, if there was one.
    """

    def __init__(
        self, kind: FailureKind, status: int, detail: str, *, before: Unanswered | None = None
    ) -> None:
        super().__init__(detail)
        self.kind: FailureKind = kind
        self.status, self.detail, self.before = status, detail, before


class Stop:
    """Tells every thread that the run is over; waiting threads wake at once.

    One `within` another is over when that is, and may be over before.
    """

    def __init__(self, *, within: Stop | None = None) -> None:
        self._event = threading.Event()
        self._inside: list[Stop] = []
        if within is not None:
            within._inside.append(self)
            if within.is_set():
                self.set()

    def set(self) -> None:
        """The run is over."""
        self._event.set()
        for one in self._inside:
            one.set()

    def is_set(self) -> bool:
        """Whether the run is over."""
        return self._event.is_set()

    def sleep(self, seconds: float) -> None:
        """Wait; raises Unanswered of kind `not_run` when the run is over first."""
        if self._event.is_set() or (seconds > 0 and self._event.wait(seconds)):
            raise Unanswered("not_run", 0, "the run stopped before this question")


class Pace:
    """At most so many requests per second over all threads; None is no limit."""

    def __init__(self, per_second: float | None) -> None:
        self._gap_s = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = self._held_until = time.monotonic()

    def wait_s(self) -> float:
        """Take the next turn; seconds until it comes."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap_s
        return turn - now

    def hold(self, seconds: float) -> None:
        """Nobody may send for so long: the server asked everyone to wait, not one thread.

        Turns already given out wait as well, since `held_s` is looked at before sending.
        """
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + seconds)
            self._next = max(self._next, self._held_until)

    def held_s(self) -> float:
        """Seconds for which nobody may send; 0 when there is no hold."""
        with self._lock:
            return max(0.0, self._held_until - time.monotonic())


class Slots:
    """Requests in flight: at most `most`, half as many after a 429, slowly more again.

    A context manager around one request. Additive increase, multiplicative decrease (Chiu and
    Jain 1989); the refusals of one second count as one.
    """

    def __init__(self, most: int) -> None:
        self._most, self._limit = most, float(most)
        self._busy = 0
        self._free = threading.Condition()
        self._shrunk_at = -_ONE_BURST_S

    @property
    def limit(self) -> int:
        """Requests that may be in flight now; at least 1."""
        return int(self._limit)

    def shrink(self) -> None:
        """The server is asked too hard."""
        with self._free:
            if time.monotonic() - self._shrunk_at >= _ONE_BURST_S:
                self._shrunk_at = time.monotonic()
                self._limit = max(1.0, self._limit / 2)

    def grow(self) -> None:
        """A request was answered."""
        with self._free:
            self._limit = min(self._most, self._limit + 1 / self._limit)
            self._free.notify()

    def __enter__(self) -> None:
        with self._free:
            while self._busy >= self.limit:
                self._free.wait()
            self._busy += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._free:
            self._busy -= 1
            self._free.notify()


@dataclass(frozen=True, slots=True)
class Price:
    """What a request costs: a price per million tokens, how many characters make a token, and what
    every request costs whatever its length.
    """

    per_million_tokens: float
    characters_per_token: float = 4.0
    per_request: float = 0.0

    def tokens(self, characters: int) -> float:
        """Tokens in so many characters, roughly."""
        return characters / self.characters_per_token

    def of(self, characters: int, *, requests: int = 1) -> float:
        """The cost of sending so many characters, in the currency of the price."""
        of_tokens = self.tokens(characters) * self.per_million_tokens / 1e6
        return of_tokens + self.per_request * requests


class Budget:
    """How much may be sent in all, in requests and in money; None is no limit.

    A request that is sent again counts again: it is paid for again. One `within` another counts
    there, too, and keeps to both. `limits` is what the two are called where they are reached.
    """

    def __init__(
        self,
        most_requests: int | None = None,
        most_cost: float | None = None,
        price: Price | None = None,
        *,
        within: Budget | None = None,
        limits: tuple[str, str] = ("--max-requests", "--max-cost"),
    ) -> None:
        self._most_requests, self._most_cost = most_requests, most_cost
        self._price, self._limits = price, limits
        self._lock: threading.Lock = within._lock if within else threading.Lock()
        self._all: tuple[Budget, ...] = (*within._all, self) if within else (self,)
        self.requests, self.cost = 0, 0.0

    def take(self, *bodies: bytes) -> None:
        """Count the requests of one question by their bodies, all of them or none.

        Raises Unanswered of kind `not_run` where they go beyond a limit.
        """
        characters = sum(len(body.decode("utf-8")) for body in bodies)
        cost = self._price.of(characters, requests=len(bodies)) if self._price else 0.0
        with self._lock:
            for one in self._all:
                one._refuse(len(bodies), cost)
            for one in self._all:
                one.requests += len(bodies)
                one.cost += cost

    def _refuse(self, requests: int, cost: float) -> None:
        if self._most_requests is not None and self.requests + requests > self._most_requests:
            what = f"{self._limits[0]} {self._most_requests} was reached"
            raise Unanswered("not_run", 0, what)
        if self._most_cost is not None and self.cost + cost > self._most_cost:
            raise Unanswered("not_run", 0, f"{self._limits[1]} {self._most_cost:g} was reached")

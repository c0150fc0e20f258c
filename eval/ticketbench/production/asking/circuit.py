"""A circuit: an endpoint that failed several times in a row is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

MOST_IN_A_ROW = 5
"""Failures after which nobody asks: at the usual budget, ten seconds of waiting callers."""
PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class CircuitState:
    """How a circuit stands.

    state     closed (everything is asked), open (nothing is), or trial (one question is out)
    failures  in a row, by now
    asks_in_s seconds until a question is tried; 0 unless it is open
    """

    state: str
    failures: int
    asks_in_s: float


class Circuit:
    """After five failures in a row nothing is asked for 30 s, then one question is tried: its
    answer closes the circuit, its failure opens it again. For several threads.
    """

    def __init__(
        self, *, pause_s: float = PAUSE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pause_s, self._clock = pause_s, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until: float | None = None
        self._trial = False

    def enter(self) -> bool | None:
        """Whether the question is the trial; None when it must not be asked."""
        with self._lock:
            if self._open_until is None:
                return False
            if self._trial or self._clock() < self._open_until:
                return None
            self._trial = True
            return True

    def leave(self, *, trial: bool, answered: bool | None) -> None:
        """How a question that entered ended; None: it says nothing of the endpoint."""
        with self._lock:
            self._trial = self._trial and not trial
            if answered:
                self._failures, self._open_until = 0, None
            elif answered is False and (trial or self._open_until is None):
                # What was asked before the circuit opened does not keep it open.
                self._failures += 1
                if trial or self._failures >= MOST_IN_A_ROW:
                    self._open_until = self._clock() + self._pause_s

    @property
    def state(self) -> CircuitState:
        """How it stands now."""
        with self._lock:
            if self._open_until is None:
                return CircuitState("closed", self._failures, 0.0)
            left = max(0.0, self._open_until - self._clock())
            return CircuitState("trial" if self._trial else "open", self._failures, left)

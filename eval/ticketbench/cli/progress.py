"""How far a run has come, on stderr: bars on a terminal, else a line now and then.

Several endpoints are asked at the same time, from a thread each, so several sets may be on their
way.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from ticketbench.cli.boundary import AT_END
from ticketbench.cli.output import say

_PLAIN_EVERY_S = 5.0

Update = Callable[[int, int], None]
"""Told how many questions, or parts, of how many are over."""


def progress() -> Callable[[str], Update]:
    """Makes the callback of each rubric set, by its name."""
    return _bars() if sys.stderr.isatty() else _lines


def counting() -> Update:
    """The callback of parts that are counted."""
    if sys.stderr.isatty():
        return _bars()("parts")
    return _lines("parts", "counted")


def stages() -> Callable[[str], Update]:
    """Makes the callback of each stage of a count, by its name."""
    return _bars() if sys.stderr.isatty() else partial(_lines, what="done")


def _lines(name: str, what: str = "asked") -> Update:
    said_at = time.monotonic()

    def update(done: int, total: int) -> None:
        nonlocal said_at
        if done == total or time.monotonic() - said_at > _PLAIN_EVERY_S:
            said_at = time.monotonic()
            say(f"{name}: {done}/{total} {what}")

    return update


def _bars() -> Callable[[str], Update]:
    """A bar for each set while it is asked, in one display: two would write over each other."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    bars = Progress(console=Console(stderr=True), transient=True)
    shown: dict[str, TaskID] = {}
    changing = threading.Lock()

    def update(name: str, done: int, total: int) -> None:
        with changing:
            if bars.stop not in AT_END:
                AT_END.append(bars.stop)
            if name not in shown:
                shown[name] = bars.add_task(name)
                bars.start()
            bars.update(shown[name], completed=done, total=total)
            if done == total:
                bars.remove_task(shown.pop(name))
                if not shown:
                    bars.stop()

    return lambda name: lambda done, total: update(name, done, total)

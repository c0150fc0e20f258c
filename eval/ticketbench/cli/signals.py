"""What Ctrl-C and SIGTERM do while nothing has begun yet, and once everything has ended.

Loads nothing, so that it can be called before anything else is loaded.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # of `signal` the part that loads nothing itself
import os


def end_on_signals() -> None:
    """From now on either signal ends the program at once, without a word or a traceback."""
    for number in (_signal.SIGINT, _signal.SIGTERM):
        _signal.signal(number, end_at_once)


def end_at_once(number: int, frame: object) -> None:
    """End with 130 (SIGINT) or 143 (SIGTERM), as a shell says it."""
    os._exit(128 + number)

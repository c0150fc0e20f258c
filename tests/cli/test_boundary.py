"""Signals and dropped errors, in an interpreter of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

_DROPPED = """
import signal, sys, time, weakref
from ticketbench.cli.boundary import run_guarded

class Thing:
    pass

def callback(_):
    {happens}

def command():
    thing = Thing()
    known = weakref.ref(thing, callback)
    del thing
    time.sleep({rest_s})

sys.exit(run_guarded(command, debug={debug}))
"""


def ended(happens: str, *, rest_s: float, debug: bool = False) -> tuple[int, str]:
    script = _DROPPED.format(happens=happens, rest_s=rest_s, debug=debug)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_that_falls_into_a_callback_of_the_interpreter_is_not_lost(
    name: str, code: int
) -> None:
    number, said = ended(f"signal.raise_signal(signal.{name})", rest_s=15)
    assert number == code
    assert "finished answers are kept" in said
    assert "Traceback" not in said


def test_what_a_callback_raises_is_shown_with_debug_alone() -> None:
    assert ended("1 / 0", rest_s=0) == (0, "")
    number, said = ended("1 / 0", rest_s=0, debug=True)
    assert number == 0
    assert "ZeroDivisionError" in said
